#include "autograd/ops.h"
#include "autograd/ops/operands.h"
#include "core/error.h"
#include "core/gemm.h"
#include "core/kernels.h"
#include "core/parallel.h"

namespace reprise {

namespace {

Transpose flag(bool on) { return on ? Transpose::yes : Transpose::no; }

// `batch` products op(a) [m, k] · op(b) [k, n]; b may be one matrix for all of them.
struct Product {
  int64_t batch, m, n, k;
  bool ta, tb, shared_b;
};

Product plan(const Shape& a, const Shape& b, bool ta, bool tb) {
  if (a.rank() < 2 || b.rank() < 2) {
    throw ShapeError("matmul: both operands need two dimensions or more: left {}, right {}", a, b);
  }
  Product p{1, a[ta ? -1 : -2], b[tb ? -2 : -1], a[ta ? -2 : -1], ta, tb, b.rank() == 2};
  if (p.k != b[tb ? -1 : -2]) {
    throw ShapeError("matmul: inner sizes differ: left {}{}, right {}{}", a, ta ? " transposed" : "",
                     b, tb ? " transposed" : "");
  }
  bool same = p.shared_b || a.rank() == b.rank();
  for (int d = 0; d + 2 < a.rank(); ++d) {
    p.batch *= a[d];
    same = same && (p.shared_b || a[d] == b[d]);
  }
  if (!same) throw ShapeError("matmul: leading dimensions differ: left {}, right {}", a, b);
  if (p.shared_b && !ta) {  // all rows of the batch are the rows of one product
    p.m *= p.batch;
    p.batch = 1;
  }
  return p;
}

// One operand of a batch of products.
struct Matrices {
  const real* data;
  int64_t cols;    // of a row in memory
  bool transposed;
  int64_t stride;  // from one matrix of the batch to the next; 0: one for all
};

// c = beta c + op(a) [m, k] op(b) [k, n] for each of the batch, or their sum when `sum`.
void products(int64_t batch, int64_t m, int64_t n, int64_t k, const Matrices& a, const Matrices& b,
              const Sink& sink, bool sum = false) {
  real* c = sink.data();
  if (sum && batch == 0 && sink.beta == 0) sink.tensor().fill(0);
  if (batch == 1 || sum) {
    for (int64_t i = 0; i < batch; ++i) {
      gemm(flag(a.transposed), flag(b.transposed), m, n, k, a.data + i * a.stride, a.cols,
           b.data + i * b.stride, b.cols, i == 0 ? sink.beta : 1, c, n);
    }
    return;
  }
  parallel_for(batch, [&](int64_t i) {
    gemm_task(flag(a.transposed), flag(b.transposed), m, n, k, a.data + i * a.stride, a.cols,
              b.data + i * b.stride, b.cols, sink.beta, c + i * m * n, n);
  });
}

Shape output_shape(const Product& p, const Shape& a) {
  Shape shape = a.with(-1, p.n);
  return p.ta ? shape.with(-2, p.m) : shape;
}

}  // namespace

// y = A B with A = op(a), B = op(b):  dA = dy Bᵀ,  dB = Aᵀ dy;  da and db are these, transposed if a or b
// was: (dy Bᵀ)ᵀ = B dyᵀ and (Aᵀ dy)ᵀ = dyᵀ A.
Variable matmul(const Variable& a, const Variable& b, bool ta, bool tb) {
  const Product p = plan(a.shape(), b.shape(), ta, tb);
  const auto left = [p](const Tensor& t, bool flip) {
    return Matrices{t.data(), p.ta ? p.m : p.k, p.ta != flip, p.m * p.k};
  };
  const auto right = [p](const Tensor& t, bool flip) {
    return Matrices{t.data(), p.tb ? p.k : p.n, p.tb != flip, p.shared_b ? 0 : p.k * p.n};
  };
  Tensor y = Tensor::empty(output_shape(p, a.shape()));
  products(p.batch, p.m, p.n, p.k, left(a.value(), false), right(b.value(), false), {y, 0});
  return record("matmul", y, {a, b},
                [p, left, right, a = a.value(), b = b.value()](const Tensor& dy, InputGrads& dx) {
    const auto gradient = [&](bool flip) { return Matrices{dy.data(), p.n, flip, p.m * p.n}; };
    if (dx.wants(0) && !p.ta) {
      products(p.batch, p.m, p.k, p.n, gradient(false), right(b, true), dx.into(0));
    } else if (dx.wants(0)) {
      products(p.batch, p.k, p.m, p.n, right(b, false), gradient(true), dx.into(0));
    }
    if (dx.wants(1) && !p.tb) {
      products(p.batch, p.k, p.n, p.m, left(a, true), gradient(false), dx.into(1), p.shared_b);
    } else if (dx.wants(1)) {
      products(p.batch, p.n, p.k, p.m, gradient(true), left(a, false), dx.into(1), p.shared_b);
    }
  });
}

// y = x Wᵀ + b:  dx = dy W,  dW = dyᵀ x,  db = Σ_rows dy
Variable linear(const Variable& x, const Variable& weight, const Variable& bias,
                Precision precision, Precision result) {
  const Shape& w = weight.shape();
  if (w.rank() != 2 || x.shape().rank() < 1 || x.shape()[-1] != w[1]) {
    throw ShapeError("linear: input {} does not fit weight {} ([out, in])", x.shape(), w);
  }
  const bool has_bias = bias.value().defined();
  if (has_bias && bias.shape() != Shape{w[0]}) {
    throw ShapeError("linear: bias {} does not fit weight {} ([out, in])", bias.shape(), w);
  }
  const bool narrow = result == Precision::bfloat16;
  if (narrow && !has_bias) throw UsageError("linear: a result in bfloat16 needs a bias");
  const int64_t rows = x.shape().rows(), in = w[1], out = w[0];
  Tensor y = Tensor::empty(x.shape().with(-1, out), narrow ? DType::bf16 : kReal);
  const Operand xs = operand(x.value(), precision);
  const Weight ws(weight);
  times_weight(rows, xs, ws, Transpose::yes, precision, 0, narrow ? nullptr : y.data(), out,
               [&](const Epilogue::Tile& tile) {
    if (narrow) {
      kernels::add_bias(tile, bias.value().data(), out, y.data<BFloat16>());
    } else if (has_bias) {
      kernels::add_bias(tile, bias.value().data());
    }
  });
  return record("linear", y, {x, weight, bias}, [=](const Tensor& dy, InputGrads& dx) {
    const Operand dys = bias_gradient_and_operand(dx, 2, dy, precision);
    input_gradient(dx, 0, rows, dys, ws, precision);
    weight_gradient(dx, 1, rows, in, out, dys, xs);
  });
}

Variable linear(const Variable& x, const Variable& weight) { return linear(x, weight, Variable()); }

}  // namespace reprise
