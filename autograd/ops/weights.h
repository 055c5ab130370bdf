// Weights as right sides of products.
#pragma once

#include "autograd/tape.h"
#include "core/gemm.h"

namespace reprise {

struct RightSide {
  Transpose flag;
  const real* data;
  int64_t ld;
};

// wᵀ, for w [out, in] and a left side of so many rows.
//
// Note [Transposed weights]
// Libraries multiply by a matrix as it stands in memory faster than by its transpose (1024 x 768 x
// 3072 on two cores of a Zen 5: 500 against 415 GFLOP/s). Turning a weight round takes about as long
// as is won at one use of 1024 rows, so it pays for what is shared: from its second use on, a weight
// has a transposed copy, made once per update. Which uses have it depends on the graph alone, never
// on what was computed before.
inline RightSide transposed_weight(const Variable& w, int64_t rows) {
  constexpr int64_t kFewestRows = 512;
  const int64_t out = w.shape()[0], in = w.shape()[1];
  const Parameter* reused = w.reused_parameter();
  if (!reused || rows < kFewestRows) return {Transpose::yes, w.value().data(), in};
  return {Transpose::no, reused->transposed().data(), out};
}

}  // namespace reprise
