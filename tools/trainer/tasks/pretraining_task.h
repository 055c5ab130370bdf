// Masked words, and the order of sentences: BERT's and ALBERT's pretraining.
#pragma once

#include <memory>

#include "layers/models/encoder.h"
#include "tools/trainer/run_config.h"
#include "tools/trainer/task.h"

namespace reprise {

class PretrainingTask final : public Task {
 public:
  PretrainingTask(const ModelConfig& config, std::unique_ptr<TokenDataset> dataset)
      : config_(config), dataset_(std::move(dataset)), encoder_(config.encoder) {}

  const TokenDataset& dataset() const override { return *dataset_; }
  const Encoder* encoder() const override { return &encoder_; }
  void collect(Collector& collector) const override { encoder_.collect(collector); }
  std::vector<std::string> start(const Collector& collector, RandomKey random) const override;

  std::vector<Origin> change_sharing(const SharingConfig& sharing, SharedFrom how) override;

  // mlm_loss + sentence_loss, weighing 1:1 as both papers have it. Throws DataError for a step without
  // any label.
  TaskLoss loss(const Context& context, const Batch& batch, const StepTotals& step,
                Carried& carried) const override;
  // mlm_loss, mlm_accuracy, unigram_loss; sentence_loss, sentence_accuracy, majority_accuracy where
  // there are sentence labels; loss: their sum.
  NamedNumbers evaluate(const std::function<bool()>& stop) const override;
  std::string in_words(const NamedNumbers& scores) const override;

  // A Hugging Face folder.
  void write_model(const Collector& collector, const AddFile& add) const override;
  std::vector<std::string> showcase() const override;
  // prediction_logits [T, V] of all tokens; sentence_logits [S, 2] where there are sentence labels.
  std::vector<HeadOutput> heads(const Context& context, const Variable& x, const Variable& pooled,
                                const TokenBatch& batch) const override;

 private:
  ModelConfig config_;
  std::unique_ptr<TokenDataset> dataset_;
  Encoder encoder_;
};

}  // namespace reprise
