#include "data/unigram.h"

#include <algorithm>
#include <cmath>

namespace reprise {

void Unigram::add(std::span<const int32_t> ids) {
  for (const int32_t id : ids) ++counts_[static_cast<size_t>(id)];
  total_ += std::ssize(ids);
}

double Unigram::loss(std::span<const int32_t> ids) const {
  double loss = 0;
  for (const int32_t id : ids) {
    loss -= std::log(static_cast<double>(counts_[static_cast<size_t>(id)]) / static_cast<double>(total_));
  }
  return loss;
}

double mean_loss(const Unigram& unigram, const WordDataset& dataset) {
  double loss = 0;
  int64_t labels = 0;
  for (int64_t b = 0; b < dataset.evaluation_batches(); ++b) {
    const WordBatch batch = dataset.evaluation_batch(b);
    loss += unigram.loss(batch.labels.values<int32_t>());
    labels += batch.predictions();
  }
  return loss / static_cast<double>(std::max<int64_t>(1, labels));
}

}  // namespace reprise
