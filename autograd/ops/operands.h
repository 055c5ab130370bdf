// Operands of the products of layers: activations and weights, in the precision of the product.
#pragma once

#include "autograd/tape.h"
#include "core/gemm.h"
#include "core/kernels.h"
#include "core/packed_matrix.h"

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

// f(numbers of x), of the type that x has: real or BFloat16.
template <class F>
decltype(auto) with_numbers(const Tensor& x, const F& f) {
  return x.dtype() == DType::bf16 ? f(x.data<BFloat16>()) : f(x.data());
}

// c [m, n] = beta c + a [m, k] b [k, n]; both operands are of one type.
inline void product(int64_t m, int64_t n, int64_t k, const Operand& a, const Operand& b, real beta,
                    real* c, int64_t ldc, const Epilogue& finish = {}) {
  with_numbers(a.matrix, [&]<class Number>(const Number* left) {
    gemm(a.flag, b.flag, m, n, k, left, a.ld, b.matrix.data<Number>(), b.ld, beta, c, ldc, finish);
  });
}

// x [.., cols] as a product takes it, and as it is kept for the backward.
inline Operand operand(const Tensor& x, Precision precision) {
  const int64_t cols = x.shape().cols();
  if (precision == Precision::float32 || x.dtype() == DType::bf16) return {x, cols};
  Tensor narrow = Tensor::empty(x.shape(), DType::bf16);
  kernels::narrow(x.numel(), x.data(), narrow.data<BFloat16>());
  return {narrow, cols};
}

// A weight [out, in] as ops keep it for their backward.
//
// Note [Packed weights]
// A shared weight is packed (core/packed_matrix.h) once per update and direction, at its second use,
// and kept: twelve layers pay for one packing. A weight that is used once is packed for that use, and
// the memory given back. Where no tape records the uses, they are counted from one change of the value
// to the next, so a model that only answers packs each weight once for all batches. What is done never
// shows in the numbers.
class Weight {
 public:
  explicit Weight(const Variable& w) : value_(w.value()), use_(w.use()) {}

  int64_t out() const { return value_.size(0); }
  int64_t in() const { return value_.size(1); }
  // As the right side of products: w, or wᵀ.
  std::shared_ptr<const PackedMatrix> packed(Transpose transpose, Precision precision) const {
    if (use_.parameter) return use_.parameter->packed(transpose, precision, use_.number > 0);
    return std::make_shared<const PackedMatrix>(transpose, value_, precision, Purpose::activations);
  }
  // As it stands, converted once per update.
  Operand plain(Precision precision) const {
    if (precision == Precision::float32 || !use_.parameter) return operand(value_, precision);
    return {use_.parameter->bfloat16(), in()};
  }

 private:
  Tensor value_;
  Variable::Use use_;
};

// For fewer rows, packing doesn't pay.
inline constexpr int64_t kFewestPackedRows = 256;

// y [rows, n] = beta y + x [rows, k] w or wᵀ, rows of y `ldy` numbers apart. In bfloat16 rows have no
// gaps, in x and in y.
inline void times_weight(int64_t rows, const Operand& x, const Weight& w, Transpose transpose,
                         Precision precision, real beta, real* y, int64_t ldy,
                         const Epilogue& finish = {}) {
  constexpr int64_t kMostColumns = 8192;  // tiles of whole rows of a vocabulary would be too large
  const bool turned = transpose == Transpose::yes;
  const int64_t n = turned ? w.out() : w.in(), k = turned ? w.in() : w.out();
  if (rows < kFewestPackedRows || n > kMostColumns) {
    const Operand plain = w.plain(precision);
    return product(rows, n, k, x, turned ? transposed(plain) : plain, beta, y, ldy, finish);
  }
  const auto packed = w.packed(transpose, precision);
  with_numbers(x.matrix, [&](const auto* numbers) {
    gemm(rows, numbers, x.ld, *packed, beta, y, ldy, finish);
  });
}

// The gradients of y [rows, out] = x [rows, in] wᵀ + b towards input number i, where they are wanted.
inline void input_gradient(InputGrads& dx, int i, int64_t rows, const Operand& dy, const Weight& w,
                           Precision precision) {
  if (!dx.wants(i)) return;
  const Sink d = dx.into(i);
  times_weight(rows, dy, w, Transpose::no, precision, d.beta, d.data(), w.in());
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
// That of the bias, and dy as an operand of the others, in one pass.
inline Operand bias_gradient_and_operand(InputGrads& dx, int i, const Tensor& dy,
                                         Precision precision) {
  const int64_t rows = dy.shape().rows(), out = dy.shape().cols();
  if (precision == Precision::float32 || !dx.wants(i)) {
    bias_gradient(dx, i, rows, out, dy);
    return operand(dy, precision);
  }
  const Tensor narrow = Tensor::empty(dy.shape(), DType::bf16);
  const Sink d = dx.into(i);
  kernels::sum_rows_and_narrow(rows, out, dy.data(), narrow.data<BFloat16>(), d.beta, d.data());
  return {narrow, out};
}

}  // namespace reprise
