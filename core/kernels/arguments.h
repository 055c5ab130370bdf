// What kernels take besides numbers and sizes. Apart from kernels.h because the vector kernels may
// include nothing of the standard library (see vector.cpp).
#pragma once

#include <stdint.h>

namespace reprise::kernels {

enum class Activation : uint8_t {
  relu,       // max(x, 0)
  gelu,       // x Φ(x), with erf; Hendrycks & Gimpel 2016
  gelu_tanh,  // x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))); Hugging Face's gelu_new
  tanh,
  sigmoid,
  scaled_tanh,  // 1.7159 tanh(2x/3), which maps ±1 to ±1; LeCun et al. 1998
};
inline constexpr int kActivations = 6;
// Whether the derivative is computed from the function's output instead of its input.
constexpr bool is_of_output(Activation f) {
  return f == Activation::tanh || f == Activation::sigmoid || f == Activation::scaled_tanh;
}

struct AdamStep {
  double rate, beta1, beta2, epsilon, decay;
  double correction1, correction2;  // what the moments are divided by (optim/adam.cpp)
  bool decoupled;  // AdamW: w −= rate·decay·w; otherwise decay·w is added to the gradient (Adam)
};

}  // namespace reprise::kernels
