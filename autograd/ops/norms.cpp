#include "autograd/ops.h"
#include "autograd/ops/checks.h"
#include "core/error.h"
#include "core/kernels.h"

namespace reprise {

namespace {

// The gradients of y = layer_norm(x); an empty sink is for a gradient that nobody needs.
void norm_backward(const Tensor& x, const Tensor& gain, const Tensor& mean, const Tensor& rstd,
                   const Tensor& dy, const Sink& dx, const Sink& dgain, const Sink& dbias) {
  kernels::layer_norm_backward(x.shape().rows(), x.shape().cols(), x.data(), gain.data(),
                               mean.data(), rstd.data(), dy.data(), dx.beta, dx.data(), dgain.beta,
                               dgain.data(), dbias.beta, dbias.data());
}

}  // namespace

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
    const Sink d = dx.wants(0) ? dx.into(0) : Sink{};
    norm_backward(x, gain, mean, rstd, dy, d, dx.wants(1) ? dx.into(1) : Sink{},
                  dx.wants(2) ? dx.into(2) : Sink{});
  });
}

// s = dropout(x) + residual, y = layer_norm(s): ds as above, dresidual = ds, dx = dropout(ds)
Variable residual_norm(const Variable& x, const Variable& residual, const Variable& gain,
                       const Variable& bias, double epsilon, const DropoutOptions& options) {
  check_rows("residual_norm", x.shape());
  check_dropout("residual_norm", x.shape(), options);
  const int64_t rows = x.shape().rows(), cols = x.shape().cols();
  if (residual.shape() != x.shape() || gain.shape() != Shape{cols} || bias.shape() != Shape{cols}) {
    throw ShapeError("residual_norm: residual {}, gain {} and bias {} do not fit input {}",
                     residual.shape(), gain.shape(), bias.shape(), x.shape());
  }
  const auto p = static_cast<real>(options.p);
  Tensor s = Tensor::empty(x.shape()), y = Tensor::empty(x.shape());
  Tensor mean = Tensor::empty({rows}), rstd = Tensor::empty({rows});
  kernels::residual_norm_forward(rows, cols, p, options.key, places_of(options), x.value().data(),
                                 residual.value().data(), gain.value().data(), bias.value().data(),
                                 static_cast<real>(epsilon), s.data(), y.data(), mean.data(),
                                 rstd.data());
  return record("residual_norm", y, {x, residual, gain, bias},
                [=, gain = gain.value()](const Tensor& dy, InputGrads& dx) {
    const Tensor ds = Tensor::empty(s.shape());
    norm_backward(s, gain, mean, rstd, dy, Sink(ds, 0), dx.wants(2) ? dx.into(2) : Sink{},
                  dx.wants(3) ? dx.into(3) : Sink{});
    if (dx.wants(1)) dx.pass(1, ds);
    if (!dx.wants(0)) return;
    if (p == 0) return dx.pass(0, ds);
    const Sink d = dx.into(0);
    kernels::dropout(rows, cols, p, options.key, places_of(options), ds.data(), d.beta, d.data());
  });
}

}  // namespace reprise
