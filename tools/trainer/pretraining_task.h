// Masked words, and the order of sentences: BERT's and ALBERT's pretraining.
#pragma once

#include "layers/models/encoder.h"
#include "tools/trainer/task.h"

namespace reprise {

Tokens tokens_of(const Batch& batch);

class PretrainingTask final : public Task {
 public:
  explicit PretrainingTask(const Encoder& encoder) : encoder_(encoder) {}

  // mlm_loss + sentence_loss, weighing 1:1 as both papers have it. Throws DataError for a step without
  // any label.
  TaskLoss loss(const Context& context, const Batch& batch, const StepTotals& step) const override;
  // mlm_loss, mlm_accuracy, unigram_loss; sentence_loss, sentence_accuracy, majority_accuracy where
  // there are sentence labels; loss: their sum.
  NamedNumbers evaluate(const Dataset& dataset, const std::function<bool()>& stop) const override;

 private:
  const Encoder& encoder_;
};

// The index of the largest of each row: x [rows, cols] -> [rows]
std::vector<int32_t> argmax_rows(const Tensor& x);

}  // namespace reprise
