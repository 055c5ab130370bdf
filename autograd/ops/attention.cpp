#include "autograd/ops.h"
#include "autograd/ops/checks.h"
#include "autograd/ops/operands.h"
#include "core/error.h"
#include "core/kernels.h"

namespace reprise {

namespace {

void check(const Shape& qkv, const Tensor& offsets, const AttentionOptions& options) {
  if (qkv.rank() != 2 || options.heads < 1 || qkv[1] % (3 * options.heads) != 0) {
    throw ShapeError("attention: {} is not [tokens, 3 · {} heads · size]", qkv, options.heads);
  }
  const int32_t* offset = offsets.data<int32_t>();
  const int64_t n = offsets.numel();
  bool rising = n > 0 && offset[0] == 0 && offset[n - 1] == qkv[0];
  for (int64_t s = 0; rising && s + 1 < n; ++s) rising = offset[s] <= offset[s + 1];
  if (!rising) {
    throw ShapeError("attention: the offsets {} don't rise from 0 to the {} tokens of {}",
                     offsets.shape(), qkv[0], qkv);
  }
  check_dropout("attention", qkv, options.dropout);
}

kernels::AttentionShape kernel_shape(const Shape& qkv, const Tensor& offsets,
                                     const AttentionOptions& options) {
  return {.sequences = offsets.numel() - 1,
          .offsets = offsets.data<int32_t>(),
          .heads = options.heads,
          .size = qkv[1] / (3 * options.heads),
          .p = static_cast<real>(options.dropout.p),
          .key = options.dropout.key,
          .place = places_of(options.dropout)};
}

}  // namespace

// P = softmax(q kᵀ / √size), D = dropout(P), o = D v, per sequence and head; P and D are computed again:
// dv = Dᵀ do,  dD = do vᵀ,  dS = D dD − P Σ D dD,  dq = dS k / √size,  dk = dSᵀ q / √size
Variable attention(const Variable& qkv, const Tensor& offsets, const AttentionOptions& options,
                   Precision precision) {
  check(qkv.shape(), offsets, options);
  const auto shape = [=, s = qkv.shape()] { return kernel_shape(s, offsets, options); };
  const Tensor kept = operand(qkv.value(), precision).matrix;
  Tensor y = Tensor::empty(qkv.shape().with(1, qkv.shape()[1] / 3));
  with_numbers(kept, [&](const auto* x) { kernels::attention_forward(shape(), x, y.data()); });
  return record("attention", y, {qkv}, [=](const Tensor& dy, InputGrads& dx) {
    const Sink d = dx.into(0);
    const Tensor dys = operand(dy, precision).matrix;
    with_numbers(kept, [&]<class Number>(const Number* x) {
      kernels::attention_backward(shape(), x, dys.data<Number>(), d.beta, d.data());
    });
  });
}

}  // namespace reprise
