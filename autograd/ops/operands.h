// Operands of the products of layers: activations and weights, in the precision of the product.
#pragma once

#include "autograd/tape.h"
#include "core/gemm.h"
#include "core/kernels.h"

namespace reprise {

// A matrix as one operand of a product: op(matrix), with rows `ld` numbers apart.
struct Operand {
  Tensor matrix;  // kReal or bf16
  int64_t ld;
  Transpose flag = Transpose::no;
};

inline Operand transposed(Operand x) {
  x.flag = x.flag == Transpose::no ? Transpose::yes : Transpose::no;
  return x;
}

// c [m, n] = beta c + a [m, k] b [k, n]; both operands are of one type.
inline void product(int64_t m, int64_t n, int64_t k, const Operand& a, const Operand& b, real beta,
                    real* c, int64_t ldc, const Epilogue& finish = {}) {
  const auto run = [&](auto* left, auto* right) {
    gemm(a.flag, b.flag, m, n, k, left, a.ld, right, b.ld, beta, c, ldc, finish);
  };
  if (a.matrix.dtype() == DType::bf16) {
    run(a.matrix.data<BFloat16>(), b.matrix.data<BFloat16>());
  } else {
    run(a.matrix.data(), b.matrix.data());
  }
}

// The gradients of y [rows, out] = x [rows, in] wᵀ + b towards input number i, where they are wanted.
inline void input_gradient(InputGrads& dx, int i, int64_t rows, int64_t in, int64_t out,
                           const Operand& dy, const Operand& w) {
  if (!dx.wants(i)) return;
  const Sink d = dx.into(i);
  product(rows, in, out, dy, w, d.beta, d.data(), in);
}
inline void weight_gradient(InputGrads& dx, int i, int64_t rows, int64_t in, int64_t out,
                            const Operand& dy, const Operand& x) {
  if (!dx.wants(i)) return;
  const Sink d = dx.into(i);
  product(out, in, rows, transposed(dy), x, d.beta, d.data(), in);
}
inline void bias_gradient(InputGrads& dx, int i, int64_t rows, int64_t out, const Tensor& dy) {
  if (!dx.wants(i)) return;
  const Sink d = dx.into(i);
  kernels::sum_rows(rows, out, dy.data(), d.beta, d.data());
}

// x [.., cols] as a product takes it, and as it is kept for the backward.
inline Operand operand(const Tensor& x, Precision precision) {
  const int64_t cols = x.shape().cols();
  if (precision == Precision::float32) return {x, cols};
  Tensor narrow = Tensor::empty(x.shape(), DType::bf16);
  kernels::narrow(x.numel(), x.data(), narrow.data<BFloat16>());
  return {narrow, cols};
}

// A weight [out, in]; converted once per update, however often it is used.
inline Operand weight_operand(const Variable& w, Precision precision) {
  const Parameter* parameter = w.use().parameter;
  if (precision == Precision::float32 || !parameter) return operand(w.value(), precision);
  return {parameter->bfloat16(), w.shape()[1]};
}

// wᵀ of a weight [out, in] whose operand is `w`, for a left side of so many rows.
//
// Note [Transposed weights]
// Libraries multiply by a matrix as it stands in memory faster than by its transpose (1024 x 768 x
// 3072 in float32 on two cores of a Zen 5: 500 against 415 GFLOP/s; in bfloat16 there is hardly a
// difference). Turning a weight round takes about as long as is won at one use of 1024 rows, so it
// pays for what is shared: from its second use on, a weight has a transposed copy, made once per
// update. Which uses have it depends on the graph alone, never on what was computed before.
inline Operand transposed_weight(const Variable& weight, const Operand& w, int64_t rows) {
  constexpr int64_t kFewestRows = 512;
  const Variable::Use use = weight.use();
  const bool pays = use.parameter && use.number > 0 && rows >= kFewestRows;
  if (!pays || w.matrix.dtype() == DType::bf16) return transposed(w);
  return {use.parameter->transposed(), weight.shape()[0]};
}

}  // namespace reprise
