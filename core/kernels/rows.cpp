// Kernels whose rows know nothing of each other.
#include "core/kernels.h"
#include "core/kernels/isa.h"
#include "core/kernels/ranges.h"

namespace reprise::kernels {

void add_bias(const Epilogue::Tile& tile, const real* bias) {
  const auto f = row_kernels().add;
  for (int64_t r = 0; r < tile.rows; ++r) {
    real* row = tile.c + r * tile.ldc;
    f(tile.cols, row, bias + tile.col, row);
  }
}

void add_bias(const Epilogue::Tile& tile, const real* bias, int64_t stride, BFloat16* y) {
  const RowKernels& k = row_kernels();
  for (int64_t r = 0; r < tile.rows; ++r) {
    real* row = tile.c + r * tile.ldc;
    k.add(tile.cols, row, bias + tile.col, row);
    k.narrow(tile.cols, row, bits_of(y + (tile.row + r) * stride + tile.col));
  }
}

void softmax_forward(int64_t rows, int64_t cols, const real* x, real* y) {
  over_rows(rows, cols, [&, f = row_kernels().softmax_forward](int64_t r, int64_t end) {
    f(end - r, cols, 1, x + r * cols, y + r * cols);
  });
}

void softmax_backward(int64_t rows, int64_t cols, const real* y, const real* dy, real beta,
                      real* dx) {
  over_rows(rows, cols, [&, f = row_kernels().softmax_backward](int64_t r, int64_t end) {
    f(end - r, cols, y + r * cols, dy + r * cols, beta, dx + r * cols);
  });
}

void log_softmax_forward(int64_t rows, int64_t cols, const real* x, real* y) {
  over_rows(rows, cols, [&, f = row_kernels().log_softmax_forward](int64_t r, int64_t end) {
    f(end - r, cols, x + r * cols, y + r * cols);
  });
}

void log_softmax_backward(int64_t rows, int64_t cols, const real* y, const real* dy, real beta,
                          real* dx) {
  over_rows(rows, cols, [&, f = row_kernels().log_softmax_backward](int64_t r, int64_t end) {
    f(end - r, cols, y + r * cols, dy + r * cols, beta, dx + r * cols);
  });
}

void layer_norm_forward(int64_t rows, int64_t cols, const real* x, const real* gain,
                        const real* bias, real epsilon, real* y, real* mean, real* rstd) {
  over_rows(rows, cols, [&, f = row_kernels().layer_norm_forward](int64_t r, int64_t end) {
    f(end - r, cols, x + r * cols, gain, bias, epsilon, y + r * cols, mean + r, rstd + r);
  });
}

void cross_entropy_forward(int64_t rows, int64_t cols, const real* x, const int32_t* labels,
                           real* loss, real* lse) {
  over_rows(rows, cols, [&, f = row_kernels().cross_entropy_forward](int64_t r, int64_t end) {
    f(end - r, cols, x + r * cols, labels + r, loss + r, lse + r);
  });
}

void cross_entropy_backward(int64_t rows, int64_t cols, const real* x, const int32_t* labels,
                            const real* lse, const real* scale, real beta, real* dx) {
  over_rows(rows, cols, [&, f = row_kernels().cross_entropy_backward](int64_t r, int64_t end) {
    f(end - r, cols, x + r * cols, labels + r, lse + r, scale + r, beta, dx + r * cols);
  });
}

void lstm_forward(int64_t rows, int64_t cols, real* gates, const real* c_before, real* c, real* h) {
  over_rows(rows, 4 * cols, [&, f = row_kernels().lstm_forward](int64_t r, int64_t end) {
    const int64_t at = r * cols;
    f(end - r, cols, gates + 4 * at, c_before + at, c + at, h + at);
  });
}

void lstm_backward(int64_t rows, int64_t cols, const real* gates, const real* c_before, const real* c,
                   const real* dy, const real* dh_after, real* dc, real* dsums) {
  over_rows(rows, 4 * cols, [&, f = row_kernels().lstm_backward](int64_t r, int64_t end) {
    const int64_t at = r * cols;
    f(end - r, cols, gates + 4 * at, c_before + at, c + at, dy + at, dh_after + at, dc + at,
      dsums + 4 * at);
  });
}

}  // namespace reprise::kernels
