// The next word of a text: a recurrent language model, whose state is carried from batch to batch while
// gradients end at the batch (truncated back-propagation).
#pragma once

#include <memory>
#include <utility>

#include "layers/models/recurrent_model.h"
#include "tools/trainer/model_config.h"
#include "tools/trainer/task.h"

namespace reprise {

class LanguageTask final : public Task {
 public:
  LanguageTask(const ModelConfig& config, std::unique_ptr<WordDataset> dataset)
      : config_(config), dataset_(std::move(dataset)), model_(config.recurrent), unigram_loss_(dataset_->unigram_loss()) {}

  const Dataset& dataset() const override { return *dataset_; }
  void collect(Collector& collector) const override { model_.collect(collector); }
  std::vector<std::string> start(const Collector& collector, RandomKey random) const override;

  Carried initial_state() const override;  // h and c: [layers, streams, H] zeros
  // word_loss, in nats a word; penalty, where there is one.
  TaskLoss loss(const Context& context, const Batch& batch, const StepTotals& step,
                Carried& carried) const override;
  // word_loss, its perplexity, and the unigram_loss of word frequencies alone; on a test text, where there
  // is one, test_word_loss and test_perplexity.
  NamedNumbers evaluate(const std::function<bool()>& stop) const override;
  std::string in_words(const NamedNumbers& scores) const override;

  // config.json in our format, and model.safetensors under PyTorch's names.
  void write_model(const Collector& collector, const AddFile& add) const override;

 private:
  double mean_loss(int64_t batches, const std::function<WordBatch(int64_t)>& batch_at,
                   const std::function<bool()>& stop) const;

  ModelConfig config_;
  std::unique_ptr<WordDataset> dataset_;
  RecurrentModel model_;
  double unigram_loss_;
};

}  // namespace reprise
