#include "tools/trainer/tasks/pretraining_task.h"

#include <algorithm>
#include <cmath>

#include "autograd/ops.h"
#include "core/error.h"
#include "layers/initializers.h"
#include "tools/trainer/model_folder.h"
#include "tools/trainer/tasks/masked_word_guesses.h"
#include "tools/trainer/tasks/score.h"
#include "tools/trainer/tasks/tokens_of.h"

namespace reprise {

std::vector<std::string> PretrainingTask::start(const Collector& collector, RandomKey random) const {
  initialize(collector, {config_.encoder.initializer, config_.encoder.initializer_range}, random);
  if (!config_.init_from) return {};
  return load_model_folder(config_.init_from->string(), encoder_);
}

std::vector<Origin> PretrainingTask::change_sharing(const SharingConfig& sharing, SharedFrom how) {
  Encoder next(config_.encoder.with_sharing(sharing));
  convert_sharing(encoder_, next, how);
  std::vector<Origin> from = origins(encoder_, next);
  config_.encoder = next.config();
  encoder_ = std::move(next);
  return from;
}

TaskLoss PretrainingTask::loss(const Context& context, const Batch& any,
                               const StepTotals& step, Carried& /*carried*/) const {
  const auto& batch = std::get<TokenBatch>(any);
  const bool has_sentences = batch.sentence_labels.defined();
  if (step.predictions == 0 && !has_sentences) throw DataError("a step without a single label");
  TaskLoss loss;
  const auto add_part = [&](const char* name, const Variable& part) {
    loss.total = loss.parts.empty() ? part : add(loss.total, part);
    loss.parts.emplace_back(name, part.value().item());
  };
  const Variable x = encoder_.encode(context, tokens_of(batch));
  if (step.predictions > 0) {
    const Variable logits = encoder_.predict_tokens(context, gather_rows(x, batch.masked_rows));
    add_part("mlm_loss", cross_entropy(logits, batch.masked_labels,
                                       1.0 / static_cast<double>(step.predictions)));
  }
  if (has_sentences) {
    const Variable pooled = encoder_.pool(context, x, batch.offsets);
    const Variable logits = encoder_.predict_sentence(context, pooled, batch.sequence_number);
    add_part("sentence_loss", cross_entropy(logits, batch.sentence_labels,
                                            1.0 / static_cast<double>(step.sequences)));
  }
  return loss;
}

NamedNumbers PretrainingTask::evaluate(const std::function<bool()>& stop) const {
  const Context plain;
  Score words, sentences;
  for (int64_t i = 0; i < dataset_->evaluation_batches() && !stop(); ++i) {
    const TokenBatch batch = dataset_->evaluation_batch(i);
    const Variable x = encoder_.encode(plain, tokens_of(batch));
    if (batch.predictions() > 0) {
      words.add(encoder_.predict_tokens(plain, gather_rows(x, batch.masked_rows)),
                batch.masked_labels);
    }
    if (batch.sentence_labels.defined()) {
      const Variable pooled = encoder_.pool(plain, x, batch.offsets);
      sentences.add(encoder_.predict_sentence(plain, pooled, {}), batch.sentence_labels);
    }
  }
  NamedNumbers scores = {{"loss", words.mean_loss() + sentences.mean_loss()},
                         {"mlm_loss", words.mean_loss()},
                         {"mlm_accuracy", words.accuracy()},
                         {"unigram_loss", dataset_->baseline().unigram_loss},
                         {"mlm_spread", words.spread()}};
  if (const auto& majority = dataset_->baseline().majority_share) {
    scores.emplace_back("sentence_loss", sentences.mean_loss());
    scores.emplace_back("sentence_accuracy", sentences.accuracy());
    scores.emplace_back("sentence_spread", sentences.spread());
    scores.emplace_back("majority_accuracy", *majority);
  }
  return scores;
}

std::string PretrainingTask::in_words(const NamedNumbers& scores) const {
  const double unigram = find(scores, "unigram_loss"), loss = find(scores, "mlm_loss");
  std::string text = fmt::format(
      "masked words: loss {:.4f}, {:.4f} {} the {:.4f} of word frequencies alone; {:.1f} % right", loss,
      std::abs(unigram - loss), loss <= unigram ? "below" : "above", unigram,
      100 * find(scores, "mlm_accuracy"));
  if (const double accuracy = find(scores, "sentence_accuracy"); !std::isnan(accuracy)) {
    text += fmt::format(". Sentences: {:.1f} % right, {:.1f} % by always saying the same",
                        100 * accuracy, 100 * find(scores, "majority_accuracy"));
  }
  return text;
}

void PretrainingTask::write_model(const Collector& collector, const AddFile& add) const {
  save_model_folder(config_.encoder, collector.parameters(), add);
}

std::vector<std::string> PretrainingTask::showcase() const {
  return guesses(encoder_, *dataset_);
}

std::vector<HeadOutput> PretrainingTask::heads(const Context& context, const Variable& x,
                                               const Variable& pooled, const TokenBatch& batch) const {
  std::vector<HeadOutput> outputs = {
      {.name = "prediction_logits", .logits = encoder_.predict_tokens(context, x), .of_tokens = true}};
  if (batch.sentence_labels.defined()) {
    outputs.push_back({.name = "sentence_logits",
                       .logits = encoder_.predict_sentence(context, pooled, batch.sequence_number)});
  }
  return outputs;
}

}  // namespace reprise
