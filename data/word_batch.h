// WordBatch: words that a language model reads, and those that it is to say.
#pragma once

#include <cstdint>

#include "core/tensor.h"

namespace reprise {

struct WordBatch {
  Tensor ids;     // [T, B] i32
  Tensor labels;  // [T, B] i32: the word after each
  int64_t epoch = 0;
  int64_t position = 0;  // of the batch in its epoch
  // The state before the first batch of an epoch is zero, before every other one its predecessor's.
  bool starts_streams() const { return position == 0; }
  // [T · B] i32 places for dropout, for batches that aren't the first of their step; else undefined
  Tensor places{};
  // Sets them for the batch whose first sequence has that number within its step.
  void place(int64_t first_sequence);

  int64_t tokens() const { return ids.numel(); }
  int64_t sequences() const { return ids.size(1); }
  int64_t predictions() const { return labels.numel(); }
};

}  // namespace reprise
