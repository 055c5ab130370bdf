#include "data/word_dataset.h"

#include <cmath>
#include <numeric>

namespace reprise {

WordBatch WordDataset::batch(int64_t micro_batch, int64_t first_sequence) const {
  WordBatch batch = text_.train.batch(micro_batch);
  if (first_sequence > 0) {
    const int64_t number = first_sequence / batch.sequences();  // of the batch within its step
    batch.places = Tensor::empty({batch.tokens()}, DType::i32);
    const auto places = batch.places.values<int32_t>();
    std::iota(places.begin(), places.end(), static_cast<int32_t>(number * batch.tokens()));
  }
  return batch;
}

double WordDataset::unigram_loss() const {
  std::vector<int64_t> counts(static_cast<size_t>(text_.vocabulary.size()), 1);
  for (const int32_t word : text_.train.words()) ++counts[static_cast<size_t>(word)];
  const auto total = static_cast<double>(text_.train.words().size() + counts.size());
  double loss = 0;
  int64_t predicted = 0;
  for (int64_t b = 0; b < evaluation_batches(); ++b) {
    const WordBatch batch = evaluation_batch(b);
    for (const int32_t word : batch.labels.values<int32_t>()) {
      loss -= std::log(static_cast<double>(counts[static_cast<size_t>(word)]) / total);
      ++predicted;
    }
  }
  return loss / static_cast<double>(predicted);
}

}  // namespace reprise
