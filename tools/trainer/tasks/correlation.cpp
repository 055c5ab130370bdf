#include "tools/trainer/tasks/correlation.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/error.h"

namespace reprise {
namespace {

void check_lengths(const char* name, std::span<const double> a, std::span<const double> b) {
  if (a.size() != b.size())
    throw UsageError("{}: pairs are needed, but there are {} numbers and {}", name, a.size(),
                     b.size());
}

// x - mean(x), scaled to a length of 1; NaN of a constant x. Two passes, for the sum of squares
// less the square of the sum has no digits left when the mean is large. Taking x[0] first keeps the
// digits of small differences of large numbers, and makes a constant exactly 0, which x less its
// rounded mean is not. The division by the largest keeps squares from overflowing.
std::vector<double> unit_deviations(std::span<const double> x) {
  std::vector<double> deviations(x.begin(), x.end());
  double largest = 0;
  for (double& d : deviations) {
    d -= x[0];
    largest = std::max(largest, std::abs(d));
  }
  double sum = 0;
  for (double& d : deviations) sum += d /= largest;
  const double mean = sum / static_cast<double>(x.size());
  double squares = 0;
  for (double& d : deviations) {
    d -= mean;
    squares += d * d;
  }
  for (double& d : deviations) d /= std::sqrt(squares);
  return deviations;
}

// From 1; equal numbers get the mean of the ranks they take together.
std::vector<double> ranks(std::span<const double> x) {
  std::vector<size_t> order(x.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t i, size_t j) { return x[i] < x[j]; });
  std::vector<double> of(x.size());
  for (size_t first = 0, end = 0; first < order.size(); first = end) {
    while (end < order.size() && x[order[end]] == x[order[first]]) ++end;
    const double mean = static_cast<double>(first + 1 + end) / 2;
    for (size_t i = first; i < end; ++i) of[order[i]] = mean;
  }
  return of;
}

bool has_nan(std::span<const double> x) {
  return std::any_of(x.begin(), x.end(), [](double v) { return std::isnan(v); });
}

}  // namespace

double pearson(std::span<const double> a, std::span<const double> b) {
  check_lengths("pearson", a, b);
  if (a.size() < 2) return std::nan("");
  const std::vector<double> x = unit_deviations(a), y = unit_deviations(b);
  const double product = std::inner_product(x.begin(), x.end(), y.begin(), 0.0);
  return std::clamp(product, -1.0, 1.0);  // rounding may leave 1 + 2e-16; NaN stays
}

double spearman(std::span<const double> a, std::span<const double> b) {
  check_lengths("spearman", a, b);
  // NaN has no rank, and no place in an order: sorting it is undefined.
  if (has_nan(a) || has_nan(b)) return std::nan("");
  return pearson(ranks(a), ranks(b));
}

}  // namespace reprise
