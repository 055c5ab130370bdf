// The product as its definition, row by row: the oracle, and what there is without a library.
#include <vector>

#include "core/kernels/gemm_backends.h"

namespace reprise {

// Every sum runs in the order of k, in double, and is rounded once.
void reference_product(const Product& p) {
  std::vector<double> row(static_cast<size_t>(p.n));
  for (int64_t i = 0; i < p.m; ++i) {
    row.assign(row.size(), 0);
    for (int64_t l = 0; l < p.k; ++l) {
      const double a = p.ta == Transpose::no ? p.a[i * p.lda + l] : p.a[l * p.lda + i];
      const real* b = p.tb == Transpose::no ? p.b + l * p.ldb : p.b + l;
      const int64_t step = p.tb == Transpose::no ? 1 : p.ldb;
      for (int64_t j = 0; j < p.n; ++j) row[j] += a * b[j * step];
    }
    real* c = p.c + i * p.ldc;
    for (int64_t j = 0; j < p.n; ++j) {
      c[j] = static_cast<real>(p.beta == 0 ? row[j] : double{p.beta} * c[j] + row[j]);
    }
  }
}

}  // namespace reprise
