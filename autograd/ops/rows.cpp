#include "autograd/ops.h"
#include "core/error.h"
#include "core/kernels.h"

namespace reprise {

namespace {

void check_rows(std::string_view op, const Shape& x) {
  if (x.rank() < 1) throw ShapeError("{}: needs a last dimension, got a scalar", op);
}

}  // namespace

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

// n = (x − mean) rstd,  y = gain n + bias:
// dx = rstd (g − mean(g) − n mean(g n)) with g = gain dy;  dgain = Σ_rows n dy,  dbias = Σ_rows dy
Variable layer_norm(const Variable& x, const Variable& gain, const Variable& bias, double epsilon) {
  check_rows("layer_norm", x.shape());
  const int64_t rows = x.shape().rows(), cols = x.shape().cols();
  if (gain.shape() != Shape{cols} || bias.shape() != Shape{cols}) {
    throw ShapeError("layer_norm: gain {} and bias {} do not fit input {}", gain.shape(),
                     bias.shape(), x.shape());
  }
  Tensor y = Tensor::empty(x.shape()), mean = Tensor::empty({rows}), rstd = Tensor::empty({rows});
  kernels::layer_norm_forward(rows, cols, x.value().data(), gain.value().data(), bias.value().data(),
                              static_cast<real>(epsilon), y.data(), mean.data(), rstd.data());
  return record("layer_norm", y, {x, gain, bias},
                [=, x = x.value(), gain = gain.value()](const Tensor& dy, InputGrads& dx) {
    if (dx.wants(0)) {
      const Sink d = dx.into(0);
      kernels::layer_norm_backward_input(rows, cols, x.data(), gain.data(), mean.data(), rstd.data(),
                                         dy.data(), d.beta, d.data());
    }
    const Tensor none;
    const Sink dgain = dx.wants(1) ? dx.into(1) : Sink{none, 0};
    const Sink dbias = dx.wants(2) ? dx.into(2) : Sink{none, 0};
    if (!dx.wants(1) && !dx.wants(2)) return;
    kernels::layer_norm_backward_affine(rows, cols, x.data(), mean.data(), rstd.data(), dy.data(),
                                        dgain.beta, dx.wants(1) ? dgain.data() : nullptr, dbias.beta,
                                        dx.wants(2) ? dbias.data() : nullptr);
  });
}

}  // namespace reprise
