// Numeric gradient check: is what backward says also what happens when an input moves a little?
//
// Only in the double build (reprise_autograd_f64): in float, rounding hides errors of a percent.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "autograd/tape.h"

namespace reprise {

// A differentiable function of some inputs; deterministic. Constants are captured.
using Function = std::function<Variable(std::span<const Variable> inputs)>;

struct GradcheckResult {
  // |analytic − numeric| at worst, relative to the largest element of that numeric gradient.
  double error = 0;
  std::string where;  // "input 1 as a Parameter, element 17: analytic 0.31, numeric 0.30"
};

// Compares the gradients of
//     loss = Σᵢ wᵢ tanh(f(inputs)ᵢ / s) + Σᵢ w'ᵢ tanh(f(inputs)ᵢ / s)
// with differences of the loss. s is f's largest value, or 1: where tanh is flat nothing could be seen.
// w and w' are random, so that no error cancels by symmetry, and f is called twice on the same inputs, so that a contribution which overwrites instead of adding is found.
// Backward runs with all inputs as leaves, with all as Parameters bound once per call, and with each
// input alone while the others are constants, so that every "is this gradient wanted?" is answered
// both ways.
//
// Inputs are kReal and stay a few `step`s away from where f has a kink.
GradcheckResult gradcheck(const Function& f, const std::vector<Tensor>& inputs, uint64_t seed = 1);

}  // namespace reprise
