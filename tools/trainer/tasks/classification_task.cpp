#include "tools/trainer/tasks/classification_task.h"

#include "autograd/ops.h"
#include "layers/initializers.h"
#include "tools/trainer/model_folder.h"
#include "tools/trainer/tasks/tokens_of.h"

namespace reprise {

namespace {

ClassifierHead head_of(const LabelledTextDataset& dataset, const LabelledTextsConfig& data) {
  return {.kind = dataset.kind(), .labels = dataset.labels(), .columns = data, .max_length = data.max_length};
}

}  // namespace

ClassificationTask::ClassificationTask(const ModelConfig& config, const LabelledTextsConfig& data,
                                       std::unique_ptr<LabelledTextDataset> dataset)
    : config_(config),
      dataset_(std::move(dataset)),
      head_(head_of(*dataset_, data)),
      model_(config.encoder, head_.outputs()) {}

std::vector<std::string> ClassificationTask::start(const Collector& collector, RandomKey random) const {
  initialize(collector, {config_.encoder.initializer, config_.encoder.initializer_range}, random);
  if (!config_.init_from) return {};
  return load_classifier_folder(config_.init_from->string(), model_, head_);
}

TaskLoss ClassificationTask::loss(const Context& context, const Batch& any, const StepTotals& step,
                                  Carried& /*carried*/) const {
  const auto& batch = std::get<TokenBatch>(any);
  const Variable logits = model_.forward(context, tokens_of(batch), batch.sequence_number);
  const Variable loss = classification_loss(head_.kind, logits, batch, 1 / static_cast<double>(step.sequences),
                                            dataset_->class_weights());
  return {loss, {{"class_loss", loss.value().item()}}};
}

ClassificationScores ClassificationTask::scores_of(int64_t batches, const BatchAt& batch_at,
                                                   const std::function<bool()>& stop) const {
  ClassificationScores scores(head_.kind, head_.outputs());
  for (int64_t i = 0; i < batches && !stop(); ++i) {
    const TokenBatch batch = batch_at(i);
    scores.add(model_.forward({}, tokens_of(batch), {}).value(), batch);
  }
  return scores;
}

NamedNumbers ClassificationTask::evaluate(const std::function<bool()>& stop) const {
  return scores_of(dataset_->evaluation_batches(), [&](int64_t i) { return dataset_->evaluation_batch(i); }, stop)
      .numbers();
}

NamedNumbers ClassificationTask::test(const std::function<bool()>& stop) const {
  if (dataset_->test_batches() == 0) return {};
  return scores_of(dataset_->test_batches(), [&](int64_t i) { return dataset_->test_batch(i); }, stop).numbers();
}

Answers ClassificationTask::answers() const {
  return scores_of(dataset_->evaluation_batches(), [&](int64_t i) { return dataset_->evaluation_batch(i); },
                   [] { return false; })
      .answers();
}

std::string ClassificationTask::in_words(const NamedNumbers& scores) const {
  return scores_in_words(head_.kind, scores);
}

void ClassificationTask::write_model(const Collector& collector, const AddFile& add) const {
  save_classifier_folder(config_.encoder, head_, collector.parameters(), add);
}

std::vector<HeadOutput> ClassificationTask::heads(const Context& context, const Variable& /*x*/,
                                                  const Variable& pooled, const TokenBatch& batch) const {
  return {{.name = "class_logits", .logits = model_.classify(context, pooled, batch.sequence_number)}};
}

}  // namespace reprise
