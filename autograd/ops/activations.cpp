#include "autograd/ops.h"
#include "core/kernels.h"

namespace reprise {

namespace {

using kernels::Activation;

// y = f(x):  dx = f'(x) dy. What is kept is what the derivative is computed from: x, or y where f' is
// simpler in terms of it.
Variable activation(std::string_view op, Activation f, bool keeps_output, const Variable& x) {
  Tensor y = Tensor::empty(x.shape());
  kernels::activation_forward(f, y.numel(), x.value().data(), y.data());
  return record(op, y, {x}, [f, kept = keeps_output ? y : x.value()](const Tensor& dy, InputGrads& dx) {
    const Sink d = dx.into(0);
    kernels::activation_backward(f, dy.numel(), kept.data(), dy.data(), d.beta, d.data());
  });
}

}  // namespace

// f' = [x > 0]
Variable relu(const Variable& x) { return activation("relu", Activation::relu, false, x); }

// f' = Φ(x) + x φ(x)
Variable gelu(const Variable& x) { return activation("gelu", Activation::gelu, false, x); }

// with u = √(2/π) (x + 0.044715 x³):  f' = (1 + tanh u)/2 + x/2 (1 − tanh² u) u'
Variable gelu_tanh(const Variable& x) {
  return activation("gelu_tanh", Activation::gelu_tanh, false, x);
}

// f' = 1 − y²
Variable tanh(const Variable& x) { return activation("tanh", Activation::tanh, true, x); }

// f' = y (1 − y)
Variable sigmoid(const Variable& x) { return activation("sigmoid", Activation::sigmoid, true, x); }

}  // namespace reprise
