#include <cblas.h>

#include <algorithm>
#include <limits>

#include "core/kernels/gemm_backends.h"

namespace reprise {

namespace {

CBLAS_TRANSPOSE flag(Transpose t) { return t == Transpose::no ? CblasNoTrans : CblasTrans; }

// OpenBLAS counts in int.
bool fits(const Product& p) {
  return std::max({p.m, p.n, p.k, p.lda, p.ldb, p.ldc}) <= std::numeric_limits<blasint>::max();
}

}  // namespace

void openblas_product(const Product& p) {
  // Threads are ours; OpenBLAS's own would stand idle or in our way.
  static const bool once = [] { return openblas_set_num_threads(1), true; }();
  (void)once;
  if (!fits(p)) return reference_product(p);
  const auto i = [](int64_t value) { return static_cast<blasint>(value); };
  cblas_sgemm(CblasRowMajor, flag(p.ta), flag(p.tb), i(p.m), i(p.n), i(p.k), 1, p.a, i(p.lda),
              p.b, i(p.ldb), p.beta, p.c, i(p.ldc));
}

}  // namespace reprise
