// The ALBERT-like block that the tests of sharing, recomputation and memory use:
//     x ← layer_norm(x + dropout(gelu(x Wᵀ + b)))
#pragma once

#include "autograd/context.h"
#include "autograd/ops.h"
#include "tests/autograd/testing.h"

namespace reprise::testing {

struct Block {
  static constexpr int kWidth = 6;

  ParameterPtr weight = parameter(scale(Variable(pattern({kWidth, kWidth}, 1)), 0.5).value());
  ParameterPtr bias = parameter(pattern({kWidth}, 2));
  ParameterPtr gain = parameter(add_scalar(Variable(pattern({kWidth}, 3)), 1.5).value());
  ParameterPtr shift = parameter(pattern({kWidth}, 4));

  std::vector<ParameterPtr> parameters() const { return {weight, bias, gain, shift}; }

  Variable operator()(const Context& context, const Variable& x) const {
    const Variable w = context.bind(weight), b = context.bind(bias);
    const Variable g = context.bind(gain), c = context.bind(shift);
    Variable h = gelu(linear(x, w, b));
    if (context.training) h = dropout(h, {0.2, context.random});
    return layer_norm(add(x, h), g, c, 1e-12);
  }
};

// A loss without symmetries.
inline Variable weighted_sum(const Variable& y) {
  return sum(mul(y, Variable(pattern(y.shape(), 8))));
}

}  // namespace reprise::testing
