// The middle of the feed-forward block, between its two products, for one tile of rows.
#include "core/kernels.h"
#include "core/kernels/isa.h"
#include "core/kernels/ranges.h"
#include "core/tensor.h"

namespace reprise::kernels {

namespace {

// One row of n numbers: x += bias, h = x, y = f(h). x may be h.
void row_forward(Activation f, int64_t n, real* x, const real* bias, real* h, real* y) {
  row_kernels().add(n, x, bias, h);
  row_kernels().activation_forward[static_cast<int>(f)](n, h, y);
}
void row_forward(Activation f, int64_t n, real* x, const real* bias, BFloat16* h, BFloat16* y) {
  const RowKernels& k = row_kernels();
  k.add(n, x, bias, x);
  k.narrow(n, x, bits_of(h));
  k.widen(n, bits_of(h), x);  // what the backward will see
  k.activation_forward[static_cast<int>(f)](n, x, x);
  k.narrow(n, x, bits_of(y));
}

// y = f(h), dh = f'(h) dy, dbias += dh. dy is used up and may be dh; spare has n numbers.
void row_backward(Activation f, int64_t n, const real* h, real* dy, real* y, real* dh, real* dbias,
                  real*) {
  row_kernels().activation_both[static_cast<int>(f)](n, h, dy, y, dh);
  row_kernels().sum_rows(1, n, dh, dbias);
}
void row_backward(Activation f, int64_t n, const BFloat16* h, real* dy, BFloat16* y, BFloat16* dh,
                  real* dbias, real* spare) {
  const RowKernels& k = row_kernels();
  k.widen(n, bits_of(h), spare);
  k.activation_both[static_cast<int>(f)](n, spare, dy, spare, dy);
  k.narrow(n, spare, bits_of(y));
  k.sum_rows(1, n, dy, dbias);
  k.narrow(n, dy, bits_of(dh));
}

}  // namespace

template <class Number>
void bias_activation(const Epilogue::Tile& tile, const real* bias, Activation f, int64_t stride,
                     Number* h, Number* y) {
  for (int64_t r = 0; r < tile.rows; ++r) {
    const int64_t at = (tile.row + r) * stride + tile.col;
    row_forward(f, tile.cols, tile.c + r * tile.ldc, bias + tile.col, h + at, y + at);
  }
}
template void bias_activation(const Epilogue::Tile&, const real*, Activation, int64_t, real*, real*);
template void bias_activation(const Epilogue::Tile&, const real*, Activation, int64_t, BFloat16*,
                              BFloat16*);

template <class Number>
void bias_activation_backward(const Epilogue::Tile& tile, Activation f, int64_t stride,
                              const Number* h, Number* y, Number* dh, real* dbias) {
  const Tensor spare = Tensor::empty({tile.cols});
  for (int64_t r = 0; r < tile.rows; ++r) {
    const int64_t at = (tile.row + r) * stride + tile.col;
    row_backward(f, tile.cols, h + at, tile.c + r * tile.ldc, y + at, dh + at, dbias + tile.col,
                 spare.data());
  }
}
template void bias_activation_backward(const Epilogue::Tile&, Activation, int64_t, const real*, real*,
                                       real*, real*);
template void bias_activation_backward(const Epilogue::Tile&, Activation, int64_t, const BFloat16*,
                                       BFloat16*, BFloat16*, real*);

}  // namespace reprise::kernels
