// What the tests of autograd share: inputs by formula, and comparisons.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "autograd/tape.h"
#include "core/error.h"

namespace reprise::testing {

// Twelve digits in the double build; what float rounding leaves of sums over a few hundred terms.
inline constexpr double kTolerance = sizeof(real) == 8 ? 1e-12 : 2e-5;

// Element i of tensor number k: sin(1 + 0.7 i + 1.9 k). The same in Python: op_goldens.py.
inline Tensor pattern(const Shape& shape, int k = 0) {
  Tensor t = Tensor::empty(shape);
  for (int64_t i = 0; i < t.numel(); ++i) {
    t.data()[i] = static_cast<real>(std::sin(1 + 0.7 * static_cast<double>(i) + 1.9 * k));
  }
  return t;
}

inline Tensor indices(const Shape& shape, const std::vector<int32_t>& values) {
  return Tensor::of(shape, std::span<const int32_t>(values));
}

inline ParameterPtr parameter(const Tensor& value) {
  auto p = std::make_shared<Parameter>(value.shape());
  p->value().copy_from(value);
  return p;
}

// max |a − b| / max |b|
inline double difference(const Tensor& a, const Tensor& b) {
  if (a.shape() != b.shape()) throw ShapeError("difference: {} and {}", a.shape(), b.shape());
  double worst = 0, largest = 1e-30;
  for (int64_t i = 0; i < a.numel(); ++i) {
    const double gap = std::abs(a.item(i) - b.item(i));
    worst = std::isnan(gap) ? INFINITY : std::max(worst, gap);
    largest = std::max(largest, std::abs(b.item(i)));
  }
  return worst / largest;
}

inline bool same_bits(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && a.dtype() == b.dtype() &&
         std::memcmp(a.raw(), b.raw(), a.bytes()) == 0;
}

// The message of the exception that f throws; "" when there is none.
template <class E, class F>
std::string message_of(const F& f) {
  try {
    f();
  } catch (const E& error) {
    return error.what();
  }
  return "";
}

}  // namespace reprise::testing
