#include "core/gemm.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>

#include "core/error.h"
#include "core/kernels.h"
#include "core/kernels/gemm_backends.h"
#include "core/parallel.h"
#include "core/tensor.h"

namespace reprise {

namespace {

constexpr GemmBackend kBackends[] = {GemmBackend::reference, GemmBackend::openblas,
                                     GemmBackend::onednn};

template <class Number>
using ProductFunction = void (*)(const ProductOf<Number>&);

// Null: not in this build.
ProductFunction<real> function_of(GemmBackend backend) {
  switch (backend) {
    case GemmBackend::reference: return reference_product;
#ifdef REPRISE_OPENBLAS
    case GemmBackend::openblas: return openblas_product;
#endif
#ifdef REPRISE_ONEDNN
    case GemmBackend::onednn: return onednn_product;
#endif
    default: return nullptr;
  }
}

void check_available(GemmBackend backend) {
  if (function_of(backend)) return;
  throw Error(ExitCode::unavailable,
              "matrix products: this build has no {}; REPRISE_GEMM may name another backend",
              to_string(backend));
}

// On a Zen 5 (AVX-512), one core, oneDNN 2.6 runs at 200–280 GFLOP/s where OpenBLAS 0.3.21, which
// doesn't know that processor, has 100–130. OpenBLAS was ahead for attention of 16 tokens (by 10
// %).
GemmBackend best() {
#ifndef REPRISE_THREAD_SANITIZER
  for (GemmBackend backend : {GemmBackend::onednn, GemmBackend::openblas}) {
    if (function_of(backend)) return backend;
  }
#endif
  // In the build for ThreadSanitizer as well: our own loop is the only one that it sees into, so
  // that two tasks that wrote the same numbers would be found.
  return GemmBackend::reference;
}

GemmBackend initial() {
  const char* name = std::getenv("REPRISE_GEMM");
  if (!name || !*name) return best();
  const GemmBackend backend = gemm_backend_named(name);
  check_available(backend);
  return backend;
}

std::atomic<GemmBackend>& backend_in_use() {
  static std::atomic<GemmBackend> backend = initial();
  return backend;
}

// What needs no library: empty sums, and c without a product.
template <class Number>
bool is_done(const ProductOf<Number>& p) {
  if (p.m <= 0 || p.n <= 0) return true;
  if (p.k > 0) return false;
  for (int64_t i = 0; i < p.m; ++i) {
    real* c = p.c + i * p.ldc;
    if (p.beta == 0) {
      std::fill_n(c, p.n, real{0});
    } else {
      for (int64_t j = 0; j < p.n; ++j) c[j] *= p.beta;
    }
  }
  return true;
}

int64_t divide_up(int64_t a, int64_t b) { return a / b + (a % b != 0); }

// [0, size) cut into `parts` that differ by one `step` at most, so that no last part is a sliver.
struct Cut {
  int64_t size, parts, step;
  int64_t begin(int64_t part) const {
    return part == parts ? size : size * part / parts / step * step;
  }
};

struct Grid {
  Cut rows, cols;
};

// See Note [Tiles].
Grid grid_of(int64_t m, int64_t n, int64_t k) {
  constexpr double kPerTile = 8e6;  // floating-point operations: some 30 µs
  constexpr int64_t kRows = 256, kFewestRows = 128, kFewestCols = 192;
  const double operations =
      2.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
  const auto wanted = static_cast<int64_t>(std::clamp(operations / kPerTile, 1.0, 16.0));
  int64_t rows = 1, cols = 1;
  if (wanted > 1) {
    rows = divide_up(m, kRows);
    cols = std::clamp<int64_t>(n / kFewestCols, 1, divide_up(wanted, rows));
    rows = std::clamp<int64_t>(m / kFewestRows, rows, std::max(rows, divide_up(wanted, cols)));
  }
  // Steps: rows of 8 for the libraries' inner loops; columns of a cache line, so that no two tiles
  // of an aligned c write to the same one.
  return {{m, rows, Epilogue::kRowStep}, {n, cols, 16}};
}

template <class Number>
ProductOf<Number> tile_of(ProductOf<Number> p, const Grid& grid, int64_t i) {
  const int64_t r = i % grid.rows.parts, c = i / grid.rows.parts;
  const int64_t row = grid.rows.begin(r), col = grid.cols.begin(c);
  p.a += p.ta == Transpose::no ? row * p.lda : row;
  p.b += p.tb == Transpose::no ? col : col * p.ldb;
  if (p.c) p.c += row * p.ldc + col;
  p.m = grid.rows.begin(r + 1) - row;
  p.n = grid.cols.begin(c + 1) - col;
  return p;
}

template <class Number>
void tiled(const ProductOf<Number>& whole, ProductFunction<Number> product,
           const Epilogue& finish) {
  if (whole.c && is_done(whole)) return finish({0, 0, whole.m, whole.n, whole.c, whole.ldc});
  const Grid grid = grid_of(whole.m, whole.n, whole.k);
  parallel_for(grid.rows.parts * grid.cols.parts, [&](int64_t i) {
    ProductOf<Number> tile = tile_of(whole, grid, i);
    Tensor scratch;
    if (!whole.c) {
      scratch = Tensor::empty({tile.m, tile.n});
      tile.c = scratch.data();
      tile.ldc = tile.n;
    }
    if (!is_done(tile)) product(tile);
    const int64_t row = grid.rows.begin(i % grid.rows.parts);
    const int64_t col = grid.cols.begin(i / grid.rows.parts);
    finish({row, col, tile.m, tile.n, tile.c, tile.ldc});
  });
}

// x, a matrix as it stands in memory, without gaps between its rows.
Tensor widened(int64_t rows, int64_t cols, const BFloat16* x, int64_t ld) {
  Tensor y = Tensor::empty({rows, cols});
  for (int64_t r = 0; r < rows; ++r) kernels::widen(cols, x + r * ld, y.data() + r * cols);
  return y;
}

// A tile without a library for it.
void widened_product(const BFloat16Product& p) {
  const bool a_as_is = p.ta == Transpose::no, b_as_is = p.tb == Transpose::no;
  const int64_t lda = a_as_is ? p.k : p.m, ldb = b_as_is ? p.n : p.k;
  const Tensor a = widened(a_as_is ? p.m : p.k, lda, p.a, p.lda);
  const Tensor b = widened(b_as_is ? p.k : p.n, ldb, p.b, p.ldb);
  function_of(gemm_backend())({p.ta, p.tb, p.m, p.n, p.k, a.data(), lda, b.data(), ldb,
                               p.beta, p.c, p.ldc});
}

ProductFunction<BFloat16> bfloat16_product() {
#ifdef REPRISE_ONEDNN
  if (has_bfloat16()) return onednn_product;
#endif
  return widened_product;
}

}  // namespace

void gemm(Transpose ta, Transpose tb, int64_t m, int64_t n, int64_t k, const real* a, int64_t lda,
          const real* b, int64_t ldb, real beta, real* c, int64_t ldc, const Epilogue& finish) {
  tiled<real>({ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc}, function_of(gemm_backend()),
              finish);
}

void gemm(Transpose ta, Transpose tb, int64_t m, int64_t n, int64_t k, const BFloat16* a,
          int64_t lda, const BFloat16* b, int64_t ldb, real beta, real* c, int64_t ldc,
          const Epilogue& finish) {
  tiled<BFloat16>({ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc}, bfloat16_product(), finish);
}

bool has_bfloat16() {
#ifdef REPRISE_ONEDNN
  return gemm_backend() == GemmBackend::onednn && onednn_has_bfloat16();
#else
  return false;
#endif
}

Precision precision_named(std::string_view name) {
  if (name == "float32") return Precision::float32;
  if (name == "auto") return has_bfloat16() ? Precision::bfloat16 : Precision::float32;
  const bool asked_for = gemm_backend() != GemmBackend::onednn && std::getenv("REPRISE_GEMM");
  if (name == "bfloat16" && (has_bfloat16() || asked_for)) return Precision::bfloat16;
  if (name != "bfloat16") {
    throw Error(ExitCode::unavailable, "precision: '{}' is not float32, bfloat16 or auto", name);
  }
  throw Error(ExitCode::unavailable,
              "precision: bfloat16 is fast with oneDNN on processors that have AVX512-BF16, and that "
              "isn't so here. \"auto\" takes float32 then; REPRISE_GEMM=openblas computes bfloat16 "
              "slowly");
}

std::string_view to_string(Precision precision) {
  return precision == Precision::float32 ? "float32" : "bfloat16";
}

void gemm_task(Transpose ta, Transpose tb, int64_t m, int64_t n, int64_t k, const real* a,
               int64_t lda, const real* b, int64_t ldb, real beta, real* c, int64_t ldc) {
  const Product p{ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc};
  if (is_done(p)) return;
  function_of(gemm_backend())(p);
}

void gemm_task(Transpose ta, Transpose tb, int64_t m, int64_t n, int64_t k, const BFloat16* a,
               int64_t lda, const BFloat16* b, int64_t ldb, real beta, real* c, int64_t ldc) {
  const BFloat16Product p{ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc};
  if (is_done(p)) return;
  bfloat16_product()(p);
}

GemmBackend gemm_backend() { return backend_in_use(); }

void set_gemm_backend(GemmBackend backend) {
  check_available(backend);
  backend_in_use() = backend;
}

GemmBackend gemm_backend_named(std::string_view name) {
  for (GemmBackend backend : kBackends) {
    if (name == to_string(backend)) return backend;
  }
  throw Error(
      ExitCode::unavailable,
      "matrix products: '{}' is no backend; REPRISE_GEMM may be onednn, openblas or reference",
      name);
}

std::string_view to_string(GemmBackend backend) {
  switch (backend) {
    case GemmBackend::reference: return "reference";
    case GemmBackend::openblas: return "openblas";
    case GemmBackend::onednn: return "onednn";
  }
  return "unknown";
}

}  // namespace reprise
