#include "tools/trainer/tasks/score.h"

#include "autograd/ops.h"

namespace reprise {

std::vector<int32_t> argmax_rows(const Tensor& x) {
  const int64_t rows = x.shape().rows(), cols = x.shape().cols();
  std::vector<int32_t> best(rows);
  const real* numbers = x.data();
  for (int64_t r = 0; r < rows; ++r) {
    const real* row = numbers + r * cols;
    best[r] = static_cast<int32_t>(std::max_element(row, row + cols) - row);
  }
  return best;
}

void Score::add(const Variable& logits, const Tensor& labels) {
  if (labels.numel() == 0) return;
  loss_ += cross_entropy(logits, labels, 1).value().item();
  const std::vector<int32_t> best = argmax_rows(logits.value());
  const auto wanted = labels.values<int32_t>();
  for (size_t i = 0; i < best.size(); ++i) hits_ += best[i] == wanted[i];
  count_ += labels.numel();
}

}  // namespace reprise
