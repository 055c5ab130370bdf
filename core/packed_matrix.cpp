#include "core/packed_matrix.h"

#include <type_traits>

#include "core/error.h"
#include "core/kernels.h"
#include "core/kernels/gemm_backends.h"
#include "core/parallel.h"

namespace reprise {

namespace {

bool library_packs(Precision precision) {
#ifdef REPRISE_ONEDNN
  return precision == Precision::bfloat16 && has_bfloat16() && onednn_packs();
#else
  (void)precision;
  return false;
#endif
}

// b [k, n] row by row, in the precision; b itself where it is that already.
Tensor by_rows(Transpose tb, const Tensor& b, Precision precision, Purpose purpose) {
  Tensor rows = b;
  if (tb == Transpose::yes) {
    rows = Tensor::empty({b.size(1), b.size(0)}, kReal, purpose);
    kernels::transpose(b.size(0), b.size(1), b.data(), rows.data());
  }
  if (precision == Precision::float32) return rows;
  Tensor narrow = Tensor::empty(rows.shape(), DType::bf16, purpose);
  kernels::narrow(rows.numel(), rows.data(), narrow.data<BFloat16>());
  return narrow;
}

#ifdef REPRISE_ONEDNN
// Tiles of whole rows: enough for the inner loop, few enough for all cores.
void gemm_by_rows(int64_t m, int64_t k, int64_t n, const BFloat16* a, const BFloat16* b, real beta,
                  real* c, const Epilogue& finish) {
  const int64_t tile = m >= 8 * kPackedRows ? kPackedRows : kPackedRows / 2;
  parallel_ranges(m, tile, [&](int64_t begin, int64_t end) {
    const int64_t rows = end - begin;
    const Tensor scratch = c ? Tensor() : Tensor::empty({rows, n});
    real* to = c ? c + begin * n : scratch.data();
    onednn_multiply_packed(rows, k, n, a + begin * k, b, beta, to);
    finish({begin, 0, rows, n, to, n});
  });
}
#endif

}  // namespace

PackedMatrix::PackedMatrix(Transpose tb, const Tensor& b, Precision precision, Purpose purpose)
    : k_(b.size(tb == Transpose::yes ? 1 : 0)),
      n_(b.size(tb == Transpose::yes ? 0 : 1)),
      by_library_(k_ > 0 && n_ > 0 && library_packs(precision)) {
#ifdef REPRISE_ONEDNN
  if (by_library_) {
    data_ = Tensor::empty({onednn_packed_numbers(k_, n_)}, DType::bf16, purpose);
    onednn_pack(tb, k_, n_, b.data(), data_.data<BFloat16>());
    return;
  }
#endif
  data_ = by_rows(tb, b, precision, purpose);
}

template <class Number>
void gemm(int64_t m, const Number* a, int64_t lda, const PackedMatrix& b, real beta, real* c,
          int64_t ldc, const Epilogue& finish) {
#ifdef REPRISE_ONEDNN
  if constexpr (std::is_same_v<Number, BFloat16>) {
    const bool dense = lda == b.k_ && (!c || ldc == b.n_);
    if (b.by_library_ && !dense) throw ShapeError("gemm: packed products want rows without gaps");
    if (b.by_library_) {
      return gemm_by_rows(m, b.k_, b.n_, a, b.data_.data<BFloat16>(), beta, c, finish);
    }
  }
#endif
  gemm(Transpose::no, Transpose::no, m, b.n_, b.k_, a, lda, b.data_.data<Number>(), b.n_, beta, c,
       ldc, finish);
}
template void gemm(int64_t, const real*, int64_t, const PackedMatrix&, real, real*, int64_t,
                   const Epilogue&);
template void gemm(int64_t, const BFloat16*, int64_t, const PackedMatrix&, real, real*, int64_t,
                   const Epilogue&);

}  // namespace reprise
