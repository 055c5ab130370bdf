#include "core/svd.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

#ifdef REPRISE_OPENBLAS
// OpenBLAS has LAPACK in it; Debian's package comes without a header for it.
extern "C" void dgesdd_(const char* job, const int* m, const int* n, double* a, const int* lda, double* s,
                        double* u, const int* ldu, double* vt, const int* ldvt, double* work,
                        const int* lwork, int* iwork, int* info, size_t job_length);
#else
static void dgesdd_(...) {
  throw reprise::Error(reprise::ExitCode::unavailable,
                       "approximations of low rank need LAPACK: build with OpenBLAS (libopenblas-dev)");
}
#endif

namespace reprise {

LowRankFactors low_rank_factors(std::span<const double> matrix, int64_t rows, int64_t cols,
                                int64_t rank) {
  const int64_t smaller = std::min(rows, cols);
  if (std::ssize(matrix) != rows * cols || rank < 0 || rank > smaller) {
    throw UsageError("low_rank_factors: rank {} of {} numbers as [{}, {}]", rank, matrix.size(), rows,
                     cols);
  }
  if (!std::all_of(matrix.begin(), matrix.end(), [](double x) { return std::isfinite(x); })) {
    throw DataError("a matrix to be approximated has numbers that aren't finite");
  }
  // LAPACK goes by columns: what it sees is the transpose, Aᵀ = V S Uᵀ, so its first result is V, by
  // columns, which is Vᵀ by rows.
  const int m = static_cast<int>(cols), n = static_cast<int>(rows), k = static_cast<int>(smaller);
  std::vector<double> a(matrix.begin(), matrix.end()), vt(cols * smaller), u(smaller * rows);
  LowRankFactors result;
  result.singular_values.resize(smaller);
  std::vector<int> integers(8 * std::max<int64_t>(1, smaller));
  std::vector<double> work(1);
  int info = 0;
  const auto decompose = [&](int size) {
    dgesdd_("S", &m, &n, a.data(), &m, result.singular_values.data(), vt.data(), &m, u.data(), &k,
            work.data(), &size, integers.data(), &info, 1);
  };
  if (smaller > 0) {
    decompose(-1);  // asks for the size of its workspace
    work.resize(static_cast<size_t>(work[0]));
    decompose(static_cast<int>(work.size()));
  }
  if (info != 0) throw Error(ExitCode::internal, "LAPACK's dgesdd failed (info {})", info);

  // u [rows, smaller] by rows: LAPACK's second result is Uᵀ by columns.
  result.left.resize(rows * rank);
  result.right.resize(rank * cols);
  for (int64_t r = 0; r < rank; ++r) {
    double largest = 0;
    for (int64_t i = 0; i < rows; ++i) {
      if (std::abs(u[i * smaller + r]) > std::abs(largest)) largest = u[i * smaller + r];
    }
    const double root = std::copysign(std::sqrt(result.singular_values[r]), largest);
    for (int64_t i = 0; i < rows; ++i) result.left[i * rank + r] = root * u[i * smaller + r];
    for (int64_t j = 0; j < cols; ++j) result.right[r * cols + j] = root * vt[r * cols + j];
  }
  return result;
}

}  // namespace reprise
