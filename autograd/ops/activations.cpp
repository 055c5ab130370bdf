#include "autograd/ops.h"
#include "core/kernels.h"

namespace reprise {

namespace {

std::string_view name_of(Activation f) {
  constexpr std::string_view kNames[] = {"relu", "gelu",    "gelu_tanh",
                                         "tanh", "sigmoid", "scaled_tanh"};
  return kNames[static_cast<int>(f)];
}

}  // namespace

// y = f(x):  dx = f'(x) dy. What is kept is what the derivative is computed from: x, or y where f' is
// simpler in terms of it.
Variable activation(const Variable& x, Activation f) {
  Tensor y = Tensor::empty(x.shape());
  kernels::activation_forward(f, y.numel(), x.value().data(), y.data());
  const Tensor kept = kernels::is_of_output(f) ? y : x.value();
  return record(name_of(f), y, {x}, [f, kept](const Tensor& dy, InputGrads& dx) {
    const Sink d = dx.into(0);
    kernels::activation_backward(f, dy.numel(), kept.data(), dy.data(), d.beta, d.data());
  });
}

// f' = [x > 0]
Variable relu(const Variable& x) { return activation(x, Activation::relu); }

// f' = Φ(x) + x φ(x)
Variable gelu(const Variable& x) { return activation(x, Activation::gelu); }

// with u = √(2/π) (x + 0.044715 x³):  f' = (1 + tanh u)/2 + x/2 (1 − tanh² u) u'
Variable gelu_tanh(const Variable& x) { return activation(x, Activation::gelu_tanh); }

// f' = 1 − y²
Variable tanh(const Variable& x) { return activation(x, Activation::tanh); }

// f' = y (1 − y)
Variable sigmoid(const Variable& x) { return activation(x, Activation::sigmoid); }

// f' = 2/3 (1.7159 − y² / 1.7159)
Variable scaled_tanh(const Variable& x) { return activation(x, Activation::scaled_tanh); }

}  // namespace reprise
