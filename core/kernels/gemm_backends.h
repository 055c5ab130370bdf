// The products' backends: each is one function that computes one tile on the calling thread.
#pragma once

#include <cstdint>

#include "core/gemm.h"

namespace reprise {

// A product as gemm_task describes it, with m, n, k > 0.
template <class Number>
struct ProductOf {
  Transpose ta, tb;
  int64_t m, n, k;
  const Number* a;
  int64_t lda;
  const Number* b;
  int64_t ldb;
  real beta;
  real* c;
  int64_t ldc;
};
using Product = ProductOf<real>;
using BFloat16Product = ProductOf<BFloat16>;

void reference_product(const Product& p);
// Only where CMake found the library, in the float build. Throw Error (internal) when it refuses.
void openblas_product(const Product& p);
void onednn_product(const Product& p);
void onednn_product(const BFloat16Product& p);
bool onednn_has_bfloat16();  // whether the processor has instructions for it that oneDNN may use

// Right sides in oneDNN's own order, in bfloat16; core/packed_matrix.h is in front of them.
bool onednn_packs();  // whether it has one that is faster, on this processor
int64_t onednn_packed_numbers(int64_t k, int64_t n);  // how many numbers it takes
// b is [k, n], or [n, k] with `yes`.
void onednn_pack(Transpose tb, int64_t k, int64_t n, const real* b, BFloat16* packed);
// c [m, n] = beta c + a [m, k] b, on the calling thread, for m <= kPackedRows
inline constexpr int64_t kPackedRows = 64;
void onednn_multiply_packed(int64_t m, int64_t k, int64_t n, const BFloat16* a,
                            const BFloat16* packed, real beta, real* c);

}  // namespace reprise
