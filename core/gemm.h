// Matrix products: one function in front of OpenBLAS, oneDNN and our own reference loop.
//
// Note [Tiles]
// Libraries that spread one product over threads cut it differently for each number of threads, and
// so give different bits. We cut every product ourselves, by a rule of its shape alone, never along
// k, and let each thread call the library for whole tiles.
// The rule: one tile per 8 million operations, up to sixteen, or one per 256 rows where that is
// more. Cuts are by rows first, then by columns, and even. No cut makes tiles narrower than 192
// columns: with b transposed, oneDNN fell from 218 to 78 GFLOP/s for 128 x 128 x 1024 in tiles of
// 64 x 96. What sixteen tiles cost, each packing its part of a and b anew, on one core (Zen 5,
// oneDNN 2.6; GFLOP/s tiled : whole): 1024 x 768 x 768 270 : 267; b transposed 1024 x 768 x 3072
// 217 : 259 and 768 x 768 x 1024 224 : 261; a transposed 1024 x 2304 x 768 212 : 262, the worst
// seen.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/dtype.h"

namespace reprise {

enum class Transpose : uint8_t { no, yes };
// What the factors of products are rounded to. Sums are in `real` either way.
enum class Precision : uint8_t { float32, bfloat16 };
enum class GemmBackend : uint8_t { reference, openblas, onednn };

// A finished tile of a product: what is done to it while it is in the cache.
class Epilogue {
 public:
  static constexpr int64_t kRowStep = 8;
  struct Tile {
    int64_t row, col, rows, cols;  // where it is in c, row a multiple of kRowStep, and its size
    real* c;                       // its first number; rows are ldc apart
    int64_t ldc;
  };

  Epilogue() = default;
  // f(const Tile&), for as long as f lives; on several threads at once.
  template <class F>
  Epilogue(const F& f)  // NOLINT: meant to be implicit
      : f_(&f), call_([](const void* g, const Tile& tile) { (*static_cast<const F*>(g))(tile); }) {}

  void operator()(const Tile& tile) const {
    if (call_) call_(f_, tile);
  }

 private:
  const void* f_ = nullptr;
  void (*call_)(const void*, const Tile&) = nullptr;
};

// c [m, n] = beta * c + op(a) [m, k] * op(b) [k, n]; row-major, rows lda, ldb, ldc numbers apart.
// op(a) is a when ta is `no` (a is [m, k]), a transposed when it is `yes` (a is [k, m]); b
// likewise. With beta 0, c is not read. k = 0 gives beta * c. With c null, each tile lies in scratch
// memory that `finish` alone sees. The bits depend on shapes and backend only.
void gemm(Transpose ta, Transpose tb, int64_t m, int64_t n, int64_t k, const real* a, int64_t lda,
          const real* b, int64_t ldb, real beta, real* c, int64_t ldc, const Epilogue& finish = {});

// The same with a and b in bfloat16; products are exact and added in float32. Where no library has
// such products for this processor (see has_bfloat16), a and b are widened first: the same numbers,
// up to the order of sums, slowly.
void gemm(Transpose ta, Transpose tb, int64_t m, int64_t n, int64_t k, const BFloat16* a,
          int64_t lda, const BFloat16* b, int64_t ldb, real beta, real* c, int64_t ldc,
          const Epilogue& finish = {});
// True where products in bfloat16 are faster than in float32: with oneDNN, on a processor that has
// them.
bool has_bfloat16();

// Both on the calling thread alone and without tiles, for products that are tasks themselves
// (one head of one sequence).
void gemm_task(Transpose ta, Transpose tb, int64_t m, int64_t n, int64_t k, const real* a,
               int64_t lda, const real* b, int64_t ldb, real beta, real* c, int64_t ldc);
void gemm_task(Transpose ta, Transpose tb, int64_t m, int64_t n, int64_t k, const BFloat16* a,
               int64_t lda, const BFloat16* b, int64_t ldb, real beta, real* c, int64_t ldc);

// float32, bfloat16, or auto: bfloat16 where it is fast. Throws Error (unavailable) for bfloat16 where
// it is not, unless REPRISE_GEMM names a backend that computes it slowly (reference, openblas).
Precision precision_named(std::string_view name);
std::string_view to_string(Precision precision);

// The backend in use: REPRISE_GEMM=openblas|onednn|reference, or a fixed choice for the processor.
// Throws Error (unavailable) when the environment names one that isn't built in or doesn't exist.
GemmBackend gemm_backend();
void set_gemm_backend(GemmBackend backend);  // not while products run; throws as gemm_backend does
GemmBackend gemm_backend_named(std::string_view name);  // the inverse of to_string; throws likewise
std::string_view to_string(GemmBackend backend);

}  // namespace reprise
