#include "layers/attention.h"

#include "autograd/ops.h"
#include "core/error.h"

namespace reprise {

SelfAttention::SelfAttention(int64_t width, int64_t heads, double probability_dropout)
    : heads_(heads),
      probabilities_(probability_dropout),
      qkv_(width, 3 * width, 3),
      dense_(width, width) {
  if (heads < 1 || width % heads != 0) {
    throw ShapeError("attention: a width of {} can't be cut into {} heads", width, heads);
  }
}

Variable SelfAttention::forward(const Context& context, const Variable& x,
                                const Tokens& tokens) const {
  const AttentionOptions options{heads_, probabilities_.options(context, tokens.places)};
  const Variable qkv = qkv_.forward(context, x, context.precision);
  return dense_.forward(context, attention(qkv, tokens.offsets, options, context.precision));
}

void SelfAttention::collect(Collector& collector, const Paths& paths) const {
  qkv_.collect_parts(collector, {paths.query, paths.key, paths.value});
  dense_.collect(collector, paths.dense);
}

SelfAttention SelfAttention::relaxed(const Relaxation& relaxation) const {
  SelfAttention use = *this;
  use.qkv_ = qkv_.relaxed(relaxation);
  use.dense_ = dense_.relaxed(relaxation);
  return use;
}

void SelfAttention::collect_own(Collector& collector, const Paths& paths) const {
  qkv_.collect_own(collector, {paths.query, paths.key, paths.value});
  dense_.collect_own(collector, {paths.dense});
}

}  // namespace reprise
