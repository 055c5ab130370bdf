// RowKernels: the inner loops of kernels.h, on one thread, over a range of elements or rows.
//
// There is one table of them per instruction set (isa.h chooses): `reference` is the oracle, and
// the vector tables are checked against it. kernels.h has the formulas' contracts; here is only
// what differs. Results don't depend on how the caller cuts the range, but for
// sum and sum_of_squares, which add within it.
#pragma once

#include <stdint.h>

#include "core/kernels/arguments.h"
#include "core/real.h"

namespace reprise::kernels {

// Which numbers dropout keeps: those whose 16 random bits are at least the threshold.
struct DropoutRule {
  uint64_t key;        // RandomKey::bits
  uint32_t threshold;  // p in 1/65536
  real scale;          // of what is kept
};

struct RowKernels {
  // ---- elements
  void (*scale_add)(int64_t n, real alpha, const real* x, real beta, real* dst);
  void (*add)(int64_t n, const real* x, const real* y, real* sum);  // sum may be x or y
  void (*multiply_add)(int64_t n, const real* x, const real* y, real beta, real* dst);
  // bfloat16 as its bits; to nearest, ties to even, NaN to NaN
  void (*narrow)(int64_t n, const real* x, uint16_t* y);
  void (*widen)(int64_t n, const uint16_t* x, real* y);
  double (*sum)(int64_t n, const real* x);
  double (*sum_of_squares)(int64_t n, const real* x);
  bool (*all_finite)(int64_t n, const real* x);
  // these three in the order of Activation
  void (*activation_forward[kActivations])(int64_t n, const real* x, real* y);
  void (*activation_backward[kActivations])(int64_t n, const real* x, const real* dy, real beta,
                                            real* dx);
  // y = f(x) and dx = f'(x) dy at once, x always the input; y may be x, dx may be dy
  void (*activation_both[kActivations])(int64_t n, const real* x, const real* dy, real* y, real* dx);
  void (*adam_update)(int64_t n, const AdamStep& step, real scale, const real* g, real* m, real* v,
                      real* w);

  // ---- rows; in place where kernels.h says so, and softmax, its backward and dropout as well
  // of scale x, scale > 0
  void (*softmax_forward)(int64_t rows, int64_t cols, real scale, const real* x, real* y);
  void (*softmax_backward)(int64_t rows, int64_t cols, const real* y, const real* dy, real beta,
                           real* dx);
  // dx = scale (z dy − y Σ z dy), the gradient when the softmax y was multiplied to z (by dropout);
  // dx may be dy
  void (*softmax_backward_dropped)(int64_t rows, int64_t cols, real scale, const real* y,
                                   const real* z, const real* dy, real* dx);
  void (*log_softmax_forward)(int64_t rows, int64_t cols, const real* x, real* y);
  void (*log_softmax_backward)(int64_t rows, int64_t cols, const real* y, const real* dy, real beta,
                               real* dx);
  void (*layer_norm_forward)(int64_t rows, int64_t cols, const real* x, const real* gain,
                             const real* bias, real epsilon, real* y, real* mean, real* rstd);
  void (*layer_norm_backward_input)(int64_t rows, int64_t cols, const real* x, const real* gain,
                                    const real* mean, const real* rstd, const real* dy, real beta,
                                    real* dx);
  void (*cross_entropy_forward)(int64_t rows, int64_t cols, const real* x, const int32_t* labels,
                                real* loss, real* lse);
  void (*cross_entropy_backward)(int64_t rows, int64_t cols, const real* x, const int32_t* labels,
                                 const real* lse, const real* scale, real beta, real* dx);
  // Row i has place[i], or first + i where place is null.
  void (*dropout)(int64_t rows, int64_t cols, const DropoutRule& rule, int64_t first,
                  const int32_t* place, const real* x, real beta, real* dst);
  void (*lstm_forward)(int64_t rows, int64_t cols, real* gates, const real* c_before, real* c,
                       real* h);
  void (*lstm_backward)(int64_t rows, int64_t cols, const real* gates, const real* c_before,
                        const real* c, const real* dy, const real* dh_after, real* dc, real* dsums);

  // ---- sums over rows, added to `total` [cols] in the order of the rows
  void (*sum_rows)(int64_t rows, int64_t cols, const real* x, real* total);
  // dgain or dbias may be null
  void (*layer_norm_backward_affine)(int64_t rows, int64_t cols, const real* x, const real* mean,
                                     const real* rstd, const real* dy, real* dgain, real* dbias);
};

}  // namespace reprise::kernels
