// Score: mean loss and accuracy over an evaluation set.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "autograd/tape.h"

namespace reprise {

// The index of the largest of each row: x [rows, cols] -> [rows]
std::vector<int32_t> argmax_rows(const Tensor& x);

// The places of the `count` largest, or of all, the largest first; of equal ones the first comes first.
std::vector<int32_t> largest(std::span<const real> values, int64_t count);

class Score {
 public:
  // logits [n, classes], labels [n]: their cross entropy, and the largest as the answer
  void add(const Variable& logits, const Tensor& labels);
  // The same for any loss: its sum, and the answers.
  void add(double loss, const std::vector<int32_t>& answers, const Tensor& labels);

  // Takes outputs [n, classes] into spread(); add() of logits does.
  void look_at(const Tensor& outputs);

  // The root mean square distance of outputs to the first one's: 0 when they are the same whatever the input.
  // NaN of less than two.
  double spread() const;
  int64_t count() const { return count_; }
  double mean_loss() const { return loss_ / static_cast<double>(std::max<int64_t>(1, count_)); }
  double accuracy() const {
    return static_cast<double>(hits_) / static_cast<double>(std::max<int64_t>(1, count_));
  }

 private:
  std::vector<real> first_;  // output
  double squares_ = 0;
  int64_t outputs_ = 0;      // numbers of them
  double loss_ = 0;
  int64_t hits_ = 0;
  int64_t count_ = 0;
};

}  // namespace reprise
