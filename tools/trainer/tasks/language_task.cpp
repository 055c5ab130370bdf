#include "tools/trainer/tasks/language_task.h"

#include <algorithm>
#include <cmath>

#include "autograd/ops.h"
#include "core/safetensors.h"
#include "layers/initializers.h"
#include "tools/trainer/load_weights.h"
#include "tools/trainer/model_folder.h"

namespace reprise {

std::vector<std::string> LanguageTask::start(const Collector& collector, RandomKey random) const {
  if (config_.init_from) {
    load_weights(config_.init_from->string(), collector.parameters());
  } else {
    initialize(collector, {}, random);
  }
  return {};
}

Carried LanguageTask::initial_state() const {
  const RecurrentConfig& config = model_.config();
  const Shape shape{config.num_layers, dataset_->sequences_per_batch(), config.hidden_size};
  return {Tensor::zeros(shape), Tensor::zeros(shape)};
}

TaskLoss LanguageTask::loss(const Context& context, const Batch& any, const StepTotals& step,
                            Carried& carried) const {
  const auto& batch = std::get<WordBatch>(any);
  if (batch.starts_streams()) carried = initial_state();
  const RecurrentModel::Result result =
      model_.forward(context, batch.ids, {carried[0], carried[1]}, batch.places);
  carried = {result.state.h, result.state.c};
  const RecurrentModel::Losses terms =
      model_.losses(context, result.logits, batch.labels, step.predictions);
  TaskLoss loss{terms.words, {{"word_loss", terms.words.value().item()}}};
  if (terms.penalty) {
    loss.total = add(terms.words, *terms.penalty);
    loss.parts.emplace_back("penalty", terms.penalty->value().item());
  }
  return loss;
}

double LanguageTask::mean_loss(int64_t batches, const std::function<WordBatch(int64_t)>& batch_at,
                               const std::function<bool()>& stop) const {
  LstmState state;
  double sum = 0;
  int64_t words = 0;
  for (int64_t i = 0; i < batches && !stop(); ++i) {
    const WordBatch batch = batch_at(i);
    const RecurrentModel::Result result = model_.forward({}, batch.ids, state);
    state = result.state;
    const Tensor labels = batch.labels.view({batch.labels.numel()});
    sum += cross_entropy(result.logits, labels, 1).value().item();
    words += batch.predictions();
  }
  return sum / static_cast<double>(std::max<int64_t>(1, words));
}

NamedNumbers LanguageTask::evaluate(const std::function<bool()>& stop) const {
  const double loss = mean_loss(dataset_->evaluation_batches(),
                                [this](int64_t i) { return dataset_->evaluation_batch(i); }, stop);
  NamedNumbers scores = {{"loss", loss},
                         {"word_loss", loss},
                         {"perplexity", perplexity(loss)},
                         {"unigram_loss", unigram_loss_}};
  if (dataset_->test_batches() == 0) return scores;
  const double test = mean_loss(dataset_->test_batches(),
                                [this](int64_t i) { return dataset_->test_batch(i); }, stop);
  scores.emplace_back("test_word_loss", test);
  scores.emplace_back("test_perplexity", perplexity(test));
  return scores;
}

std::string LanguageTask::in_words(const NamedNumbers& scores) const {
  std::string words = fmt::format("perplexity {:.2f} (loss {:.4f}), {:.2f} by word frequencies alone",
                                  find(scores, "perplexity"), find(scores, "word_loss"),
                                  perplexity(find(scores, "unigram_loss")));
  const double test = find(scores, "test_perplexity");
  if (!std::isnan(test)) words += fmt::format("; {:.2f} on the test text", test);
  return words;
}

void LanguageTask::write_model(const Collector& collector, const AddFile& add) const {
  save_own_folder("RepriseLstmLm", dump(model_.config()), collector.parameters(), add);
}

}  // namespace reprise
