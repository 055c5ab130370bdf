// PairBatch: sequences in pairs, for a model with two inputs.
#pragma once

#include "data/token_batch.h"

namespace reprise {

struct PairBatch {
  TokenBatch first, second;  // of as many sequences; nothing is masked

  int64_t tokens() const { return first.tokens() + second.tokens(); }
  int64_t sequences() const { return first.sequences(); }    // pairs
  int64_t predictions() const { return first.sequences(); }  // one neighbour for each
};

}  // namespace reprise
