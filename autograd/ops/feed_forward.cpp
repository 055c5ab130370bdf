#include "autograd/ops.h"
#include "autograd/ops/operands.h"
#include "core/error.h"
#include "core/kernels.h"

namespace reprise {

namespace {

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

// h, g or dh: [rows, inner] within rows of `stride` numbers
Operand inner_matrix(int64_t rows, int64_t stride, Precision precision) {
  const DType dtype = precision == Precision::float32 ? kReal : DType::bf16;
  return {Tensor::empty({rows, stride}, dtype), stride};
}

// The tile of the first product becomes h and g.
void activate(const Epilogue::Tile& tile, const Tensor& bias, Activation f, const Operand& h,
              const Operand& g) {
  if (g.matrix.dtype() == DType::bf16) {
    kernels::bias_activation(tile, bias.data(), f, h.matrix.data<BFloat16>(),
                             g.matrix.data<BFloat16>());
  } else {
    kernels::bias_activation(tile, bias.data(), f, g.matrix.data());
  }
}

// dg becomes dh, and g is computed again. In float32 dh may be dg.
void activate_backward(Activation f, int64_t rows, int64_t inner, const Operand& h, const Tensor& dg,
                       const Operand& g, const Operand& dh, const Sink& db) {
  if (g.matrix.dtype() == DType::bf16) {
    kernels::bias_activation_backward(f, rows, inner, h.ld, h.matrix.data<BFloat16>(), dg.data(),
                                      g.matrix.data<BFloat16>(), dh.matrix.data<BFloat16>(), db.beta,
                                      db.data());
  } else {
    kernels::bias_activation_backward(f, rows, inner, h.ld, h.matrix.data(), dg.data(),
                                      g.matrix.data(), dh.matrix.data(), db.beta, db.data());
  }
}

}  // namespace

// h = x w1ᵀ + b1,  g = f(h),  y = g w2ᵀ + b2:  dw2 = dyᵀ g,  db2 = Σ_rows dy,  dh = f'(h) (dy w2),
// dw1 = dhᵀ x,  db1 = Σ_rows dh,  dx = dh w1
Variable feed_forward(const Variable& x, const Variable& w1, const Variable& b1, const Variable& w2,
                      const Variable& b2, Activation f, Precision precision) {
  check(x.shape(), w1.shape(), b1.shape(), w2.shape(), b2.shape());
  const bool narrow = precision == Precision::bfloat16;
  const int64_t rows = x.shape().rows(), width = w1.shape()[1], inner = w1.shape()[0];
  const int64_t out = w2.shape()[0], stride = padded(inner);
  const Operand xs = operand(x.value(), precision);
  const Operand w1s = weight_operand(w1, precision), w2s = weight_operand(w2, precision);
  const Operand h = inner_matrix(rows, stride, precision);
  Tensor y = Tensor::empty(x.shape().with(-1, out));
  {
    const Operand g = inner_matrix(rows, stride, precision);
    const Tensor sums = narrow ? Tensor::empty({rows, stride}) : h.matrix;  // of the first product
    product(rows, inner, width, xs, transposed_weight(w1, w1s, rows), 0, sums.data(), stride,
            [&](const Epilogue::Tile& tile) { activate(tile, b1.value(), f, h, g); });
    product(rows, out, inner, g, transposed_weight(w2, w2s, rows), 0, y.data(), out,
            [&](const Epilogue::Tile& tile) { kernels::add_bias(tile, b2.value().data()); });
  }
  return record("feed_forward", y, {x, w1, b1, w2, b2}, [=](const Tensor& dy, InputGrads& dx) {
    const Operand dys = operand(dy, precision);
    Operand dh;
    {
      const Operand g = inner_matrix(rows, stride, precision);
      const Tensor dg = Tensor::empty({rows, stride});
      product(rows, inner, out, dys, w2s, 0, dg.data(), stride);
      dh = narrow ? inner_matrix(rows, stride, precision) : Operand{dg, stride};
      activate_backward(f, rows, inner, h, dg, g, dh, dx.wants(2) ? dx.into(2) : Sink());
      weight_gradient(dx, 3, rows, inner, out, dys, g);
    }
    bias_gradient(dx, 4, rows, out, dy);
    weight_gradient(dx, 1, rows, width, inner, dh, xs);
    input_gradient(dx, 0, rows, width, inner, dh, w1s);
  });
}

}  // namespace reprise
