// PackedMatrix: the right side of products, laid out once for all rows that it is multiplied with.
//
// Note [Packed matrices]
// Inside a product, a library copies both sides into the order of its inner loop, for each tile
// anew. A weight meets many tiles, and a shared weight many layers. In bfloat16 oneDNN lays it out
// once, and products are cut by rows alone (1024 x 768 x 768 on one core of a Zen 5, oneDNN 2.6: 530
// GFLOP/s instead of 460; packing takes the time of 40 rows). In float32 its packed products are no
// faster than plain ones by a matrix as it stands in memory, but those are faster than products by a
// transposed one (1024 x 768 x 3072 on two cores: 500 instead of 415 GFLOP/s): there, and with other
// libraries, a packed matrix lies row by row.
#pragma once

#include "core/gemm.h"
#include "core/tensor.h"

namespace reprise {

class PackedMatrix;

// c [m, n] = beta c + a [m, k] b; see gemm.h. Number is the type of b's precision; in bfloat16 the
// rows of a and c must lie without gaps (lda = k, ldc = n).
template <class Number>
void gemm(int64_t m, const Number* a, int64_t lda, const PackedMatrix& b, real beta, real* c,
          int64_t ldc, const Epilogue& finish = {});

class PackedMatrix {
 public:
  // b is [k, n], or, with `yes`, its transpose [n, k] is given. Factors are rounded to `precision`.
  PackedMatrix(Transpose tb, const Tensor& b, Precision precision, Purpose purpose);

  int64_t k() const { return k_; }
  int64_t n() const { return n_; }

 private:
  template <class Number>
  friend void gemm(int64_t m, const Number* a, int64_t lda, const PackedMatrix& b, real beta, real* c,
                   int64_t ldc, const Epilogue& finish);

  int64_t k_, n_;
  bool by_library_;
  Tensor data_;
};

}  // namespace reprise
