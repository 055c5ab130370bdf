// Unigram: how well tokens are told by their frequencies alone, the mark that a model has to pass.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/dataset.h"

namespace reprise {

// Frequencies of ids below `vocabulary`, with one added to each count.
class Unigram {
 public:
  explicit Unigram(int64_t vocabulary)
      : counts_(static_cast<size_t>(vocabulary), 1), total_(vocabulary) {}

  void add(std::span<const int32_t> ids);
  double loss(std::span<const int32_t> ids) const;  // the sum of their −log(share), in nats

 private:
  std::vector<int64_t> counts_;
  int64_t total_;
};

// The mean over all labels of the evaluation set.
double mean_loss(const Unigram& unigram, const WordDataset& dataset);

}  // namespace reprise
