#include <cblas.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "core/kernels/library_products.h"
#include "core/timing.h"

namespace reprise {

namespace {

// Training keeps the library to one thread (gemm_openblas.cpp).
using OwnThreads = LibraryThreads<openblas_get_num_threads, openblas_set_num_threads>;

}  // namespace

std::optional<double> openblas_seconds(const StepProduct& p, int threads) {
  // OpenBLAS counts in int.
  if (p.batch > 1 || std::max({p.m, p.n, p.k}) > std::numeric_limits<blasint>::max()) return {};
  const OwnThreads own(threads);
  const auto m = static_cast<blasint>(p.m), n = static_cast<blasint>(p.n);
  const auto k = static_cast<blasint>(p.k);
  const std::vector<float> a(p.m * p.k, 0.5f), b(p.k * p.n, 0.5f);
  std::vector<float> c(p.m * p.n);
  return static_cast<double>(p.uses) * typical_seconds([&] {
           cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1, a.data(), k, b.data(),
                       n, 0, c.data(), n);
         });
}

}  // namespace reprise
