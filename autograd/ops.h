// All differentiable operations: what each computes, on which shapes. Names are PyTorch's.
//
// Every op throws ShapeError, with its name and the shapes, when operands don't fit. Tensors of indices
// and labels are DType::i32. Forward and backward stand together in ops/<family>.cpp.
#pragma once

#include <optional>
#include <span>

#include "autograd/tape.h"
#include "core/gemm.h"
#include "core/kernels/arguments.h"
#include "core/rng.h"
#include "core/size2d.h"

namespace reprise {

// ---- arithmetic (ops/arithmetic.cpp)
// b has a's shape, or the shape of a's last dimensions: [8, 128, 768] + [768]. A scalar is [].
Variable add(const Variable& a, const Variable& b);
Variable sub(const Variable& a, const Variable& b);
Variable mul(const Variable& a, const Variable& b);
Variable div(const Variable& a, const Variable& b);
Variable scale(const Variable& x, double factor);    // factor · x
Variable add_scalar(const Variable& x, double term);  // x + term
Variable neg(const Variable& x);
Variable exp(const Variable& x);
Variable log(const Variable& x);
Variable sqrt(const Variable& x);
Variable square(const Variable& x);

// ---- sums (ops/reductions.cpp)
Variable sum(const Variable& x);           // []
Variable mean(const Variable& x);          // []
Variable sum(const Variable& x, int dim);  // without dimension dim
Variable mean(const Variable& x, int dim);

// ---- products (ops/matmul.cpp)
// a [.., m, k] · b [.., k, n] -> [.., m, n]; ta, tb: the last two dimensions of a or b are transposed
// first. The leading dimensions are equal, or b has none and is used for every matrix of a.
Variable matmul(const Variable& a, const Variable& b, bool ta = false, bool tb = false);
// x [.., in] · weight [out, in] transposed + bias [out] -> [.., out]; PyTorch's layout
// In bfloat16, factors are rounded to it, here and in the backward, and it is what is kept. The result
// may be rounded as well, for an op that takes it so (attention); its gradient is real.
Variable linear(const Variable& x, const Variable& weight, const Variable& bias,
                Precision precision = Precision::float32, Precision result = Precision::float32);
Variable linear(const Variable& x, const Variable& weight);

// ---- low-rank additions to a weight (ops/low_rank.cpp)
// w [out, in] + scale · b [out, rank] · a [rank, in]: a weight that several layers share, and what one of
// them adds to it (Hu et al. 2021, LoRA; Bae et al. 2024, arXiv 2410.20672). w may be several parts of
// equal height, each with a and b of its own, stacked: a is [parts · rank, in] then.
Variable low_rank_sum(const Variable& w, const Variable& a, const Variable& b, double scale,
                      int parts = 1);

// ---- activations (ops/activations.cpp)
Variable relu(const Variable& x);
Variable gelu(const Variable& x);       // x Φ(x); Hendrycks & Gimpel 2016
Variable gelu_tanh(const Variable& x);  // its tanh form: "gelu_new" at Hugging Face
Variable tanh(const Variable& x);
Variable sigmoid(const Variable& x);
Variable scaled_tanh(const Variable& x);  // 1.7159 tanh(2x/3); LeCun et al. 1998
using kernels::Activation;
Variable activation(const Variable& x, Activation f);  // the one of that name

// ---- feed-forward block (ops/feed_forward.cpp)
// f(x · w1ᵀ + b1) · w2ᵀ + b2, as one op: x [.., width], w1 [inner, width], b1 [inner], w2 [out, inner],
// b2 [out] -> [.., out]. f's output is not kept but computed again: it would be the largest of all.
Variable feed_forward(const Variable& x, const Variable& w1, const Variable& b1, const Variable& w2,
                      const Variable& b2, Activation f, Precision precision = Precision::float32);

// ---- rows (ops/rows.cpp): along the last dimension
Variable softmax(const Variable& x);
Variable log_softmax(const Variable& x);

// ---- tables (ops/tables.cpp)
// table [n, width], ids [..] -> [.., width]: row ids[i] of the table. Repeated ids add up in the gradient.
// Throws DataError for an id outside [0, n).
Variable embedding(const Variable& table, const Tensor& ids);
// x [n, width], rows [m] -> [m, width]: the same for activations, e.g. the masked positions
Variable gather_rows(const Variable& x, const Tensor& rows);
// Zeros, `size` along dimension dim, to which x's slices along dim are added at index [x.size(dim)] i32:
// PyTorch's index_add on zeros. Throws DataError for an index outside [0, size).
Variable index_add(const Variable& x, int dim, const Tensor& index, int64_t size);

// ---- sequences of a ragged batch (ops/sequences.cpp)
// x [tokens, width], offsets [sequences + 1] i32 as for attention -> [sequences, width]: the mean of each
// sequence's rows. Throws ShapeError unless the offsets cut all rows into sequences of at least one.
Variable sequence_mean(const Variable& x, const Tensor& offsets);

// ---- dropout (ops/dropout.cpp)
// Keeps each element with probability 1 − p, scaled by 1 / (1 − p): a function of (key, place of the row,
// column) alone. x [.., width]; places [rows] i32, or undefined: the row's number. Nothing is stored.
// Throws UsageError for a p outside [0, 1).
struct DropoutOptions {
  double p = 0;
  RandomKey key{};
  Tensor places{};
};
Variable dropout(const Variable& x, const DropoutOptions& options);

// ---- norms (ops/norms.cpp): along the last dimension
// gain (x − mean) / √(variance + epsilon) + bias, variance biased; gain, bias [last]. Ba et al. 2016
Variable layer_norm(const Variable& x, const Variable& gain, const Variable& bias, double epsilon);
// layer_norm(dropout(x) + residual), as one op; only their sum is kept.
Variable residual_norm(const Variable& x, const Variable& residual, const Variable& gain,
                       const Variable& bias, double epsilon, const DropoutOptions& options);

// ---- shape (ops/shape.cpp)
Variable view(const Variable& x, const Shape& shape);               // same elements, same order
Variable transpose(const Variable& x, int d0, int d1);              // two dimensions swapped (a copy)
Variable concat(std::span<const Variable> parts, int dim);          // torch.cat
Variable narrow(const Variable& x, int dim, int64_t begin, int64_t length);  // torch.narrow (a copy)

// ---- attention (ops/attention.cpp)
// Multi-head self-attention within each sequence of a ragged batch; Vaswani et al. 2017.
// qkv [tokens, 3·heads·size], real or, with that precision, bfloat16: every token's queries of all
// heads, then keys, then values.
// offsets [sequences + 1] i32: sequence s is the tokens [offsets[s], offsets[s + 1]).
// -> [tokens, heads·size]: dropout(softmax(q kᵀ / √size)) v
struct AttentionOptions {
  int64_t heads = 1;
  DropoutOptions dropout{};  // of the probabilities; a row is a token
};
Variable attention(const Variable& qkv, const Tensor& offsets, const AttentionOptions& options,
                   Precision precision = Precision::float32);

// ---- recurrence (ops/lstm.cpp)
// One layer of LSTM over whole sequences: Hochreiter & Schmidhuber 1997 with the forget gate of Gers et
// al. 2000, in PyTorch's form. One set of weights serves all time steps; its gates are in the order
// i, f, g, o.
struct LstmWeights {
  Variable weight_ih;  // [4 · hidden, in]
  Variable weight_hh;  // [4 · hidden, hidden]
  Variable bias_ih, bias_hh;  // [4 · hidden] each
};
struct LstmResult {
  Variable output;  // [time, batch, hidden], h after every step
  Tensor h, c;      // [batch, hidden] after the last step: constants, to begin the next stretch with
};
// x [time, batch, in], h0 and c0 [batch, hidden]. Products are in float32: rounding errors of a state
// would add up from step to step. The gradient reaches back to h0 and c0, and no further: that is
// truncated back-propagation through time (Williams & Peng 1990). For a gradient through the last h,
// take it from the output (narrow); the last c has none.
LstmResult lstm(const Variable& x, const Variable& h0, const Variable& c0, const LstmWeights& w);

// ---- images (ops/convolution.cpp, ops/pooling.cpp): x [n, maps, height, width]
// Always in float32. With an image, a kernel, a stride and a padding, a window has
// (image + 2 padding − kernel) / stride + 1 places, rounded down: [oh, ow].
struct Conv2dOptions {
  Size2d stride = 1;
  Size2d padding = 0;        // on all sides
  int64_t groups = 1;        // output maps of a group see the input maps of that group only
  double padding_value = 0;  // what padding consists of; LeCun et al. 1989 have -1
};
// x [n, in, h, w], weight [out, in / groups, kh, kw] -> [n, out, oh, ow]. bias: [out], or [out, oh, ow],
// one for each unit (LeCun et al. 1989), or Variable(): none.
Variable conv2d(const Variable& x, const Variable& weight, const Variable& bias,
                const Conv2dOptions& options = {});
// The same with sharing undone: weight [oh, ow, out, in / groups, kh, kw] has at each place of the output
// the weight of a conv2d that is used there only.
Variable locally_connected2d(const Variable& x, const Variable& weight, const Variable& bias,
                             const Conv2dOptions& options = {});
struct Pool2dOptions {
  Size2d kernel;
  std::optional<Size2d> stride = {};  // the kernel unless given
  Size2d padding = 0;                 // at most half the kernel
};
// The mean of each window; padding counts as zeros.
Variable avg_pool2d(const Variable& x, const Pool2dOptions& options);
// The largest of each window; of equal ones the first has the gradient. Padding is never the largest.
Variable max_pool2d(const Variable& x, const Pool2dOptions& options);
// gain[map] x + bias[map]; x [n, maps, ..], gain, bias [maps]
Variable scale_maps(const Variable& x, const Variable& gain, const Variable& bias);

// ---- radial basis functions (ops/radial.cpp): LeNet-5's output; LeCun et al. 1998, section II.B
// x [n, width], codes [classes, width] -> [n, classes]: the squared distance from each code
Variable radial_basis(const Variable& x, const Tensor& codes);
// Equation 9 of the same: weight · Σᵢ (y[i][labelᵢ] + log(e^−j + Σ_c e^−y[i][c])) -> [], for distances
// y [n, classes] and labels [n]. The sum over classes has the label's too; j > 0 keeps classes that are
// far away from being pushed further. Throws DataError for a label outside [0, classes).
Variable radial_basis_loss(const Variable& y, const Tensor& labels, double j, double weight);

// ---- losses (ops/losses.cpp)
// weight · Σᵢ −log softmax(logits[i])[labels[i]] -> []; logits [n, classes], labels [n].
// Throws DataError for a label outside [0, classes). The sum is taken in double, in order. Row i counts
// row_weights[i] times, where they are given.
Variable cross_entropy(const Variable& logits, const Tensor& labels, double weight,
                       const Tensor& row_weights = {});
// weight · Σ (x − target)² -> []
Variable squared_error(const Variable& x, const Tensor& target, double weight);
// weight · Σ −(t log σ(x) + (1 − t) log(1 − σ(x))) -> []; logits and targets of one shape, targets in [0, 1]
Variable binary_cross_entropy(const Variable& logits, const Tensor& target, double weight);

}  // namespace reprise
