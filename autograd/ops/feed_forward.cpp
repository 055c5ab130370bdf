#include "autograd/ops.h"
#include "core/error.h"
#include "core/gemm.h"
#include "core/kernels.h"

namespace reprise {

namespace {

constexpr auto kNo = Transpose::no;
constexpr auto kYes = Transpose::yes;

void check(const Shape& x, const Shape& w1, const Shape& b1, const Shape& w2, const Shape& b2) {
  const bool matrices = x.rank() >= 1 && w1.rank() == 2 && w2.rank() == 2;
  if (!matrices || x[-1] != w1[1] || w1[0] != w2[1]) {
    throw ShapeError("feed_forward: input {} does not fit weights {} and {} ([out, in])", x, w1, w2);
  }
  if (b1 != Shape{w1[0]} || b2 != Shape{w2[0]}) {
    throw ShapeError("feed_forward: biases {} and {} do not fit weights {} and {} ([out, in])", b1,
                     b2, w1, w2);
  }
}

}  // namespace

// h = x w1ᵀ + b1,  g = f(h),  y = g w2ᵀ + b2:  dw2 = dyᵀ g,  db2 = Σ_rows dy,  dh = f'(h) (dy w2),
// dw1 = dhᵀ x,  db1 = Σ_rows dh,  dx = dh w1
Variable feed_forward(const Variable& x, const Variable& w1, const Variable& b1, const Variable& w2,
                      const Variable& b2, Activation f) {
  check(x.shape(), w1.shape(), b1.shape(), w2.shape(), b2.shape());
  const int64_t rows = x.shape().rows(), width = w1.shape()[1], inner = w1.shape()[0];
  const int64_t out = w2.shape()[0];
  Tensor h = Tensor::empty({rows, inner}), y = Tensor::empty(x.shape().with(-1, out));
  gemm(kNo, kYes, rows, inner, width, x.value().data(), width, w1.value().data(), width, 0, h.data(),
       inner, b1.value().data());
  {
    const Tensor g = Tensor::empty(h.shape());
    kernels::activation_forward(f, h.numel(), h.data(), g.data());
    gemm(kNo, kYes, rows, out, inner, g.data(), inner, w2.value().data(), inner, 0, y.data(), out,
         b2.value().data());
  }
  return record("feed_forward", y, {x, w1, b1, w2, b2},
                [=, x = x.value(), w1 = w1.value(), w2 = w2.value()](const Tensor& dy, InputGrads& dx) {
    const Tensor dh = Tensor::empty(h.shape());
    gemm(kNo, kNo, rows, inner, out, dy.data(), out, w2.data(), inner, 0, dh.data(), inner);
    {
      const Tensor g = Tensor::empty(h.shape());
      kernels::activation_again(f, h.numel(), h.data(), dh.data(), g.data(), dh.data());
      if (dx.wants(3)) {
        const Sink d = dx.into(3);
        gemm(kYes, kNo, out, inner, rows, dy.data(), out, g.data(), inner, d.beta, d.data(), inner);
      }
    }
    if (dx.wants(4)) {
      const Sink d = dx.into(4);
      kernels::sum_rows(rows, out, dy.data(), d.beta, d.data());
    }
    if (dx.wants(1)) {
      const Sink d = dx.into(1);
      gemm(kYes, kNo, inner, width, rows, dh.data(), inner, x.data(), width, d.beta, d.data(), width);
    }
    if (dx.wants(2)) {
      const Sink d = dx.into(2);
      kernels::sum_rows(rows, inner, dh.data(), d.beta, d.data());
    }
    if (dx.wants(0)) {
      const Sink d = dx.into(0);
      gemm(kNo, kNo, rows, width, inner, dh.data(), inner, w1.data(), width, d.beta, d.data(), width);
    }
  });
}

}  // namespace reprise
