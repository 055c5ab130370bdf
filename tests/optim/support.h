// Small Parameters with formulas for values and gradients, for the tests of optimizers.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "autograd/parameter.h"

namespace reprise {

inline ParameterPtr named_parameter(const std::string& name, const Shape& shape) {
  auto parameter = std::make_shared<Parameter>(shape);
  parameter->parts()[0].name = name;
  return parameter;
}

inline void set_gradient(Parameter& parameter, const std::vector<real>& values) {
  parameter.clear_gradient();
  parameter.gradient_sink().tensor().copy_from(
      Tensor::of(parameter.shape(), std::span<const real>(values)));
}

inline std::vector<real> numbers(const Tensor& tensor) {
  return {tensor.values().begin(), tensor.values().end()};
}

// n numbers without a pattern, in [-1, 1].
inline std::vector<real> wave(int64_t n, double seed) {
  std::vector<real> values(n);
  for (int64_t i = 0; i < n; ++i) {
    values[i] = static_cast<real>(std::sin(seed + 1.7 * static_cast<double>(i)));
  }
  return values;
}

}  // namespace reprise
