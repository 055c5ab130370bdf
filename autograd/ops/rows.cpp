#include "autograd/ops.h"
#include "autograd/ops/checks.h"
#include "core/kernels.h"

namespace reprise {

// yᵢ = e^xᵢ / Σⱼ e^xⱼ:  dx = y (dy − Σ y dy)
Variable softmax(const Variable& x) {
  check_rows("softmax", x.shape());
  Tensor y = Tensor::empty(x.shape());
  kernels::softmax_forward(x.shape().rows(), x.shape().cols(), x.value().data(), y.data());
  return record("softmax", y, {x}, [y](const Tensor& dy, InputGrads& dx) {
    const Sink d = dx.into(0);
    kernels::softmax_backward(y.shape().rows(), y.shape().cols(), y.data(), dy.data(), d.beta,
                              d.data());
  });
}

// y = x − log Σ eˣ:  dx = dy − eʸ Σ dy
Variable log_softmax(const Variable& x) {
  check_rows("log_softmax", x.shape());
  Tensor y = Tensor::empty(x.shape());
  kernels::log_softmax_forward(x.shape().rows(), x.shape().cols(), x.value().data(), y.data());
  return record("log_softmax", y, {x}, [y](const Tensor& dy, InputGrads& dx) {
    const Sink d = dx.into(0);
    kernels::log_softmax_backward(y.shape().rows(), y.shape().cols(), y.data(), dy.data(), d.beta,
                                  d.data());
  });
}

}  // namespace reprise
