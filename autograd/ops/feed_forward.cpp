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
// such a matrix, as for a weight's gradient, lose 10 to 20 %; a few unused numbers at the end of every
// row save that. Packed products in bfloat16 want rows without gaps.
int64_t stride_of(int64_t inner, Precision precision) {
  constexpr int64_t kPage = 4096 / sizeof(real), kPadding = 16;
  return precision == Precision::float32 && inner % kPage == 0 ? inner + kPadding : inner;
}

// h, g or dh: [rows, inner] within rows of `stride` numbers
Operand inner_matrix(int64_t rows, int64_t inner, Precision precision) {
  const int64_t stride = stride_of(inner, precision);
  const DType dtype = precision == Precision::float32 ? kReal : DType::bf16;
  return {Tensor::empty({rows, stride}, dtype), stride};
}

// Where the product lies from which `m` is made: in m itself, or, when m is narrower, nowhere.
real* sums_in(const Operand& m) { return m.matrix.dtype() == kReal ? m.matrix.data() : nullptr; }

}  // namespace

// h = x w1ᵀ + b1,  g = f(h),  y = g w2ᵀ + b2:  dw2 = dyᵀ g,  db2 = Σ_rows dy,  dh = f'(h) (dy w2),
// dw1 = dhᵀ x,  db1 = Σ_rows dh,  dx = dh w1
Variable feed_forward(const Variable& x, const Variable& w1, const Variable& b1, const Variable& w2,
                      const Variable& b2, Activation f, Precision precision) {
  check(x.shape(), w1.shape(), b1.shape(), w2.shape(), b2.shape());
  const Weight first(w1), second(w2);
  const int64_t rows = x.shape().rows(), width = first.in(), inner = first.out();
  const int64_t out = second.out();
  const Operand xs = operand(x.value(), precision), h = inner_matrix(rows, inner, precision);
  Tensor y = Tensor::empty(x.shape().with(-1, out));
  {
    const Operand g = inner_matrix(rows, inner, precision);
    times_weight(rows, xs, first, Transpose::yes, precision, 0, sums_in(h), h.ld,
                 [&](const Epilogue::Tile& tile) {
      with_numbers(h.matrix, [&]<class Number>(Number* kept) {
        kernels::bias_activation(tile, b1.value().data(), f, h.ld, kept, g.matrix.data<Number>());
      });
    });
    times_weight(rows, g, second, Transpose::yes, precision, 0, y.data(), out,
                 [&](const Epilogue::Tile& tile) { kernels::add_bias(tile, b2.value().data()); });
  }
  return record("feed_forward", y, {x, w1, b1, w2, b2}, [=](const Tensor& dy, InputGrads& dx) {
    const Operand dys = bias_gradient_and_operand(dx, 4, dy, precision);
    const Operand dh = inner_matrix(rows, inner, precision);
    const int64_t tiles = rows / Epilogue::kRowStep + 1;  // or fewer
    const Tensor sums = Tensor::zeros({tiles, inner});
    {
      const Operand g = inner_matrix(rows, inner, precision);
      times_weight(rows, dys, second, Transpose::no, precision, 0, sums_in(dh), dh.ld,
                   [&](const Epilogue::Tile& tile) {
        real* db1 = sums.data() + tile.row / Epilogue::kRowStep * inner;
        with_numbers(h.matrix, [&]<class Number>(const Number* kept) {
          kernels::bias_activation_backward(tile, f, h.ld, kept, g.matrix.data<Number>(),
                                            dh.matrix.data<Number>(), db1);
        });
      });
      weight_gradient(dx, 3, rows, inner, out, dys, g);
    }
    bias_gradient(dx, 2, tiles, inner, sums);
    weight_gradient(dx, 1, rows, width, inner, dh, xs);
    input_gradient(dx, 0, rows, dh, first, precision);
  });
}

}  // namespace reprise
