// The products' backends: each is one function that computes one tile on the calling thread.
#pragma once

#include <cstdint>

#include "core/gemm.h"

namespace reprise {

// A product as gemm_task describes it, with m, n, k > 0 and alpha not 0.
struct Product {
  Transpose ta, tb;
  int64_t m, n, k;
  real alpha;
  const real* a;
  int64_t lda;
  const real* b;
  int64_t ldb;
  real beta;
  real* c;
  int64_t ldc;
};

void reference_product(const Product& p);
// Only where CMake found the library, in the float build. Throw Error (internal) when it refuses.
void openblas_product(const Product& p);
void onednn_product(const Product& p);

}  // namespace reprise
