#include "tools/trainer/tasks/score.h"

#include <cmath>
#include <numeric>

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

std::vector<int32_t> largest(std::span<const real> values, int64_t count) {
  std::vector<int32_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  const auto end = order.begin() + std::min<int64_t>(count, static_cast<int64_t>(order.size()));
  std::partial_sort(order.begin(), end, order.end(), [&](int32_t a, int32_t b) {
    return values[a] > values[b] || (values[a] == values[b] && a < b);
  });
  order.erase(end, order.end());
  return order;
}

void Score::add(const Variable& logits, const Tensor& labels) {
  if (labels.numel() == 0) return;
  look_at(logits.value());
  add(cross_entropy(logits, labels, 1).value().item(), argmax_rows(logits.value()), labels);
}

void Score::look_at(const Tensor& outputs) {
  const int64_t rows = outputs.shape().rows(), cols = outputs.shape().cols();
  const real* numbers = outputs.data();
  if (first_.empty()) first_.assign(numbers, numbers + cols);
  for (int64_t i = 0; i < rows * cols; ++i) {
    const double distance = static_cast<double>(numbers[i]) - static_cast<double>(first_[i % cols]);
    squares_ += distance * distance;
  }
  outputs_ += rows * cols;
}

double Score::spread() const {
  if (outputs_ <= std::ssize(first_)) return std::nan("");
  return std::sqrt(squares_ / static_cast<double>(outputs_));
}

void Score::add(double loss, const std::vector<int32_t>& answers, const Tensor& labels) {
  loss_ += loss;
  const auto wanted = labels.values<int32_t>();
  for (size_t i = 0; i < answers.size(); ++i) hits_ += answers[i] == wanted[i];
  count_ += labels.numel();
}

}  // namespace reprise
