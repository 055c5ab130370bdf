#include "autograd/ops.h"
#include "autograd/ops/weights.h"
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

// Note [Padded rows]
// Where rows are a multiple of 4 KiB apart, as for 1024 or 3072 floats, the numbers of a column fall
// into a few sets of the first cache and push each other out. Products that walk down the columns of
// such a matrix lose 10 to 20 %; a few unused numbers at the end of every row save that.
int64_t padded(int64_t cols) {
  constexpr int64_t kPage = 4096 / sizeof(real), kPadding = 16;
  return cols % kPage == 0 ? cols + kPadding : cols;
}

}  // namespace

// h = x w1ᵀ + b1,  g = f(h),  y = g w2ᵀ + b2:  dw2 = dyᵀ g,  db2 = Σ_rows dy,  dh = f'(h) (dy w2),
// dw1 = dhᵀ x,  db1 = Σ_rows dh,  dx = dh w1
Variable feed_forward(const Variable& x, const Variable& w1, const Variable& b1, const Variable& w2,
                      const Variable& b2, Activation f) {
  check(x.shape(), w1.shape(), b1.shape(), w2.shape(), b2.shape());
  const int64_t rows = x.shape().rows(), width = w1.shape()[1], inner = w1.shape()[0];
  const int64_t out = w2.shape()[0], stride = padded(inner);  // h, g, dh: [rows, inner] within rows of stride
  Tensor h = Tensor::empty({rows, stride}), y = Tensor::empty(x.shape().with(-1, out));
  {
    const Tensor g = Tensor::empty({rows, stride});
    const RightSide w1_t = transposed_weight(w1, rows), w2_t = transposed_weight(w2, rows);
    gemm(kNo, w1_t.flag, rows, inner, width, x.value().data(), width, w1_t.data, w1_t.ld, 0, h.data(),
         stride, [&](const Epilogue::Tile& tile) {
      kernels::bias_activation(tile, b1.value().data(), f, g.data());
    });
    gemm(kNo, w2_t.flag, rows, out, inner, g.data(), stride, w2_t.data, w2_t.ld, 0, y.data(), out,
         [&](const Epilogue::Tile& tile) { kernels::add_bias(tile, b2.value().data()); });
  }
  return record("feed_forward", y, {x, w1, b1, w2, b2},
                [=, x = x.value(), w1 = w1.value(), w2 = w2.value()](const Tensor& dy, InputGrads& dx) {
    const Tensor dh = Tensor::empty({rows, stride});
    gemm(kNo, kNo, rows, inner, out, dy.data(), out, w2.data(), inner, 0, dh.data(), stride);
    {
      const Tensor g = Tensor::empty({rows, stride});
      const Sink db1 = dx.wants(2) ? dx.into(2) : Sink{};
      kernels::bias_activation_backward(f, rows, inner, stride, h.data(), dh.data(), g.data(),
                                        dh.data(), db1.beta, db1.data());
      if (dx.wants(3)) {
        const Sink d = dx.into(3);
        gemm(kYes, kNo, out, inner, rows, dy.data(), out, g.data(), stride, d.beta, d.data(), inner);
      }
    }
    if (dx.wants(4)) {
      const Sink d = dx.into(4);
      kernels::sum_rows(rows, out, dy.data(), d.beta, d.data());
    }
    if (dx.wants(1)) {
      const Sink d = dx.into(1);
      gemm(kYes, kNo, inner, width, rows, dh.data(), stride, x.data(), width, d.beta, d.data(), width);
    }
    if (dx.wants(0)) {
      const Sink d = dx.into(0);
      gemm(kNo, kNo, rows, width, inner, dh.data(), stride, w1.data(), width, d.beta, d.data(), width);
    }
  });
}

}  // namespace reprise
