// THE list of kernels: loops over raw numbers that ops are made of. Each runs on all threads and
// gives the same bits on any number of them.
//
// Every output is `dst = beta * dst + contribution`; with beta 0, dst is not read. beta is 0 at the
// first contribution to a gradient and 1 after that. Outputs without a beta are written over.
// Sizes: rows x cols matrices are row-major and contiguous.
#pragma once

#include <cstdint>

#include "core/gemm.h"
#include "core/kernels/arguments.h"
#include "core/rng.h"
#include "core/size2d.h"

namespace reprise::kernels {

// ---- arithmetic

// dst = beta dst + alpha x
void scale_add(int64_t n, real alpha, const real* x, real beta, real* dst);
// dst = beta dst + x y
void multiply_add(int64_t n, const real* x, const real* y, real beta, real* dst);
// tile [rows, cols] += bias[tile.col + c]: for the end of a product
void add_bias(const Epilogue::Tile& tile, const real* bias);
// y = tile + bias in bfloat16; y is a whole matrix with rows `stride` numbers apart. The tile is used up.
void add_bias(const Epilogue::Tile& tile, const real* bias, int64_t stride, BFloat16* y);
// dst [cols] = beta dst + the sum over rows of x [rows, cols]
void sum_rows(int64_t rows, int64_t cols, const real* x, real beta, real* dst);
// The same, and y = x in bfloat16, in one pass over memory.
void sum_rows_and_narrow(int64_t rows, int64_t cols, const real* x, BFloat16* y, real beta,
                         real* dst);
// To bfloat16, to nearest (ties to even), and back
void narrow(int64_t n, const real* x, BFloat16* y);
void widen(int64_t n, const BFloat16* x, real* y);
double sum(int64_t n, const real* x);
double sum_of_squares(int64_t n, const real* x);
bool all_finite(int64_t n, const real* x);

// ---- activations; the functions are listed in kernels/arguments.h

void activation_forward(Activation f, int64_t n, const real* x, real* y);
// dx = beta dx + f'(x) dy; x is the forward's input for relu and the gelus, its output for the
// others
void activation_backward(Activation f, int64_t n, const real* x, const real* dy, real beta,
                         real* dx);

// For the end of a product that lacks its bias: h = tile + bias, y = f(h). h and y are whole matrices
// with rows `stride` numbers apart; the
// tile is used up and may lie in h.
template <class Number>
void bias_activation(const Epilogue::Tile& tile, const real* bias, Activation f, int64_t stride,
                     Number* h, Number* y);
// For the end of the product that is y's gradient: y = f(h) once more, dh = f'(h) tile, dbias [whole
// matrix's columns] += the sum over the tile's rows of dh. The tile is used up and may lie in dh.
template <class Number>
void bias_activation_backward(const Epilogue::Tile& tile, Activation f, int64_t stride,
                              const Number* h, Number* y, Number* dh, real* dbias);

// ---- rows

void softmax_forward(int64_t rows, int64_t cols, const real* x, real* y);
void softmax_backward(int64_t rows, int64_t cols, const real* y, const real* dy, real beta,
                      real* dx);
void log_softmax_forward(int64_t rows, int64_t cols, const real* x, real* y);
void log_softmax_backward(int64_t rows, int64_t cols, const real* y, const real* dy, real beta,
                          real* dx);

// y = gain (x - mean) rstd + bias over each row; rstd = 1 / √(variance + epsilon), variance biased.
// mean, rstd [rows] are kept for the backward.
void layer_norm_forward(int64_t rows, int64_t cols, const real* x, const real* gain,
                        const real* bias, real epsilon, real* y, real* mean, real* rstd);
// Each of dx [rows, cols], dgain, dbias [cols] may be null.
void layer_norm_backward(int64_t rows, int64_t cols, const real* x, const real* gain,
                         const real* mean, const real* rstd, const real* dy, real beta, real* dx,
                         real beta_gain, real* dgain, real beta_bias, real* dbias);

// ---- dropout

// dst = beta dst + x · keep / (1 − p), keep 0 or 1: a function of (key, place[row], column) and
// nothing else, so that the backward is the same call on the gradient. place [rows], or null for
// place = row. p is rounded to a multiple of 2^-16.
void dropout(int64_t rows, int64_t cols, real p, RandomKey key, const int32_t* place, const real* x,
             real beta, real* dst);

// s = dropout(x) + residual; y = layer norm of s, in one pass over memory. s may be x.
void residual_norm_forward(int64_t rows, int64_t cols, real p, RandomKey key, const int32_t* place,
                           const real* x, const real* residual, const real* gain, const real* bias,
                           real epsilon, real* s, real* y, real* mean, real* rstd);

// ---- recurrence: one time step of an LSTM, for `rows` sequences with a state of `cols` numbers

// gates [rows, 4 cols]: i, f, g, o side by side, each [cols]. On the way in their sums, on the way out
// i, f, o = sigmoid and g = tanh of these; c = f c_before + i g, h = o tanh(c), both [rows, cols].
void lstm_forward(int64_t rows, int64_t cols, real* gates, const real* c_before, real* c, real* h);
// gates as the forward left them. h's gradient is dy + dh_after: what its readers and the step after
// say. dc [rows, cols] is the gradient of c that comes from the step after on the way in, and that of
// c_before on the way out. dsums [rows, 4 cols], the gradient of the gates' sums, may be gates.
void lstm_backward(int64_t rows, int64_t cols, const real* gates, const real* c_before, const real* c,
                   const real* dy, const real* dh_after, real* dc, real* dsums);

// ---- tables

// y [n, cols] = table[ids[i]]; ids must be within the table
void gather_rows(int64_t n, int64_t cols, const real* table, const int32_t* ids, real* y);
// dst [rows, cols] = beta dst; then dst[ids[i]] += dy[i], in the order of i
void scatter_add_rows(int64_t n, int64_t cols, const real* dy, const int32_t* ids, int64_t rows,
                      real beta, real* dst);

// y [cols, rows] = x [rows, cols] transposed
void transpose(int64_t rows, int64_t cols, const real* x, real* y);

// ---- losses

// loss[i] = logsumexp(x[i]) − x[i][labels[i]]; lse [rows] is kept for the backward. Labels within
// cols.
void cross_entropy_forward(int64_t rows, int64_t cols, const real* x, const int32_t* labels,
                           real* loss, real* lse);
// dx = beta dx + scale[i] (softmax(x[i]) − onehot(labels[i])); dx may be x when beta is 0
void cross_entropy_backward(int64_t rows, int64_t cols, const real* x, const int32_t* labels,
                            const real* lse, const real* scale, real beta, real* dx);

// ---- attention over ragged sequences

// qkv [tokens, 3 heads·size]: every token's queries of all heads, then keys, then values. Sequence
// s is the tokens [offsets[s], offsets[s + 1]).
struct AttentionShape {
  int64_t sequences;
  const int32_t* offsets;  // [sequences + 1]
  int64_t heads;
  int64_t size;  // of a head
  // Dropout of the probabilities: p, and its place for token t is place[t] (null: t).
  real p;
  RandomKey key;
  const int32_t* place;
};
// out [tokens, heads·size] = dropout(softmax(q kᵀ / √size)) v. In bfloat16, the other factors of its
// products are rounded to it as well.
void attention_forward(const AttentionShape& shape, const real* qkv, real* out);
void attention_forward(const AttentionShape& shape, const BFloat16* qkv, real* out);
// dqkv = beta dqkv + …
void attention_backward(const AttentionShape& shape, const real* qkv, const real* dout, real beta,
                        real* dqkv);
void attention_backward(const AttentionShape& shape, const BFloat16* qkv, const BFloat16* dout,
                        real beta, real* dqkv);

// ---- images: x [images, maps, height, width]; sizes are at least 1 and fit

// A layer that sees its input through windows: a convolution, or, not shared, the same with weights
// of its own at every place of the output.
struct ConvolutionShape {
  int64_t images;
  int64_t in, out;   // maps, cut into groups: an output map sees the input maps of its own group
  int64_t groups;
  Size2d image, kernel, stride, padding;
  Size2d places;     // window_places of these: the size of an output map
  real around;       // the number that padding consists of
  bool shared;       // one set of weights for all places
  bool bias_per_unit;  // bias [out, places], not [out]

  int64_t group_in() const { return in / groups; }
  int64_t group_out() const { return out / groups; }
  int64_t patch() const { return group_in() * kernel.area(); }  // inputs of one unit
  int64_t weights() const { return out * patch() * (shared ? 1 : places.area()); }
};
// weight [out, in / groups, kernel], or, not shared, [places, out, in / groups, kernel]; bias may be
// null -> y [images, out, places]
void convolution_forward(const ConvolutionShape& shape, const real* x, const real* weight,
                         const real* bias, real* y);
// Each of dx and dweight may be null.
void convolution_backward(const ConvolutionShape& shape, const real* x, const real* weight,
                          const real* dy, real beta, real* dx, real beta_weight, real* dweight);

// Windows over each of `maps` maps by itself.
struct PoolShape {
  int64_t maps;  // of all images
  Size2d image, kernel, stride, padding, places;
};
// y [maps, places]: the mean of each window, padding counted as zeros
void avg_pool2d_forward(const PoolShape& shape, const real* x, real* y);
void avg_pool2d_backward(const PoolShape& shape, const real* dy, real beta, real* dx);
// y [maps, places]: the largest of each window and, in `from`, its place in the map; the first of
// equal ones, a NaN before all others, padding never.
void max_pool2d_forward(const PoolShape& shape, const real* x, real* y, int32_t* from);
void max_pool2d_backward(const PoolShape& shape, const real* dy, const int32_t* from, real beta,
                         real* dx);

// y = gain[map] x + bias[map], over x [images, maps, size]
void scale_maps(int64_t images, int64_t maps, int64_t size, const real* x, const real* gain,
                const real* bias, real* y);
// dst [maps] = beta dst + the sum of x, or of x y, over images and size
void sum_maps(int64_t images, int64_t maps, int64_t size, const real* x, real beta, real* dst);
void sum_products_of_maps(int64_t images, int64_t maps, int64_t size, const real* x, const real* y,
                          real beta, real* dst);

// ---- optimizers: one pass over memory each; AdamStep is in kernels/arguments.h

// g is scaled by `scale` (clipping) as it is read. m, v, w [n] are updated.
void adam_update(int64_t n, const AdamStep& step, real scale, const real* g, real* m, real* v,
                 real* w);

}  // namespace reprise::kernels
