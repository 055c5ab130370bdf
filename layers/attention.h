// Multi-head self-attention with its output projection. Vaswani et al. 2017.
#pragma once

#include <array>
#include <string>

#include "layers/dropout.h"
#include "layers/linear.h"
#include "layers/tokens.h"

namespace reprise {

class SelfAttention {
 public:
  struct Paths {
    std::string query, key, value, dense;
  };

  // Throws ShapeError unless heads divides width.
  SelfAttention(int64_t width, int64_t heads, double probability_dropout);

  // x [tokens, width] -> [tokens, width], each sequence by itself
  Variable forward(const Context& context, const Variable& x, const Tokens& tokens) const;
  void collect(Collector& collector, const Paths& paths) const;

  // As Linear has them.
  SelfAttention relaxed(const Relaxation& relaxation) const;
  void collect_own(Collector& collector, const Paths& paths) const;

 private:
  int64_t heads_;
  Dropout probabilities_;
  Linear qkv_;  // queries, keys and values side by side: one product
  Linear dense_;
};

}  // namespace reprise
