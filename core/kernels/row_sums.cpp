// Sums over rows. Fixed chunks of rows are summed apart, then added in the order of the chunks, in
// double: rounding errors grow with the chunk's length only, and the bits depend on shapes alone.
#include <algorithm>

#include "core/kernels.h"
#include "core/kernels/isa.h"
#include "core/kernels/ranges.h"

namespace reprise::kernels {

namespace {

constexpr int64_t kChunk = 64;  // rows

// parts [chunks, cols]: the sums of the chunks
class Partials {
 public:
  Partials(int64_t rows, int64_t cols)
      : chunks_((rows + kChunk - 1) / kChunk),
        cols_(cols),
        parts_(Tensor::empty({chunks_, cols})),
        data_(parts_.data()) {}

  // The sums of the chunk that begins at `row`, set to 0.
  real* begin_chunk(int64_t row) {
    real* part = data_ + row / kChunk * cols_;
    std::fill_n(part, cols_, real{0});
    return part;
  }

  // dst = beta dst + the sum of all chunks
  void add_to(real beta, real* dst) const {
    parallel_ranges(cols_, 256, [&](int64_t begin, int64_t end) {
      for (int64_t c = begin; c < end; ++c) {
        double total = 0;
        for (int64_t chunk = 0; chunk < chunks_; ++chunk) total += data_[chunk * cols_ + c];
        dst[c] = static_cast<real>(beta == 0 ? total : double{beta} * dst[c] + total);
      }
    });
  }

 private:
  int64_t chunks_, cols_;
  Tensor parts_;
  real* data_;
};

}  // namespace

void sum_rows(int64_t rows, int64_t cols, const real* x, real beta, real* dst) {
  Partials parts(rows, cols);
  parallel_ranges(rows, kChunk, [&, f = row_kernels().sum_rows](int64_t r, int64_t end) {
    f(end - r, cols, x + r * cols, parts.begin_chunk(r));
  });
  parts.add_to(beta, dst);
}

void sum_rows_and_narrow(int64_t rows, int64_t cols, const real* x, BFloat16* y, real beta,
                         real* dst) {
  Partials parts(rows, cols);
  parallel_ranges(rows, kChunk, [&, &k = row_kernels()](int64_t begin, int64_t end) {
    real* total = parts.begin_chunk(begin);
    for (int64_t r = begin; r < end; ++r) {  // row by row: the second reading is from the cache
      k.sum_rows(1, cols, x + r * cols, total);
      k.narrow(cols, x + r * cols, bits_of(y + r * cols));
    }
  });
  parts.add_to(beta, dst);
}

// One pass for all three: a chunk's rows are still in the cache when its sums are taken.
void layer_norm_backward(int64_t rows, int64_t cols, const real* x, const real* gain,
                         const real* mean, const real* rstd, const real* dy, real beta, real* dx,
                         real beta_gain, real* dgain, real beta_bias, real* dbias) {
  Partials gains(dgain ? rows : 0, cols);
  Partials biases(dbias ? rows : 0, cols);
  const auto input = row_kernels().layer_norm_backward_input;
  const auto affine = row_kernels().layer_norm_backward_affine;
  parallel_ranges(rows, kChunk, [&](int64_t r, int64_t end) {
    const real *chunk_x = x + r * cols, *chunk_dy = dy + r * cols;
    if (dgain || dbias) {
      affine(end - r, cols, chunk_x, mean + r, rstd + r, chunk_dy,
             dgain ? gains.begin_chunk(r) : nullptr, dbias ? biases.begin_chunk(r) : nullptr);
    }
    if (dx) {
      input(end - r, cols, chunk_x, gain, mean + r, rstd + r, chunk_dy, beta, dx + r * cols);
    }
  });
  if (dgain) gains.add_to(beta_gain, dgain);
  if (dbias) biases.add_to(beta_bias, dbias);
}

}  // namespace reprise::kernels
