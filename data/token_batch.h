// TokenBatch: masked sequences for one forward pass. Ragged: the tokens of its sequences back to back,
// without padding.
//
// T = tokens of all sequences, S = sequences, M = masked tokens; all tensors are i32.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/tensor.h"

namespace reprise {

// One sequence: two segments with their special pieces, masked.
struct Example {
  std::vector<int32_t> ids;               // [tokens], after masking
  std::vector<int32_t> segments;          // [tokens]
  std::vector<int32_t> masked_positions;  // [masked], ascending
  std::vector<int32_t> masked_labels;     // [masked], the ids before masking
  std::optional<int32_t> sentence_label;  // of the sentence task, or its class; none: there is no such task
  std::vector<float> targets{};           // [outputs] of a task that wants numbers; empty: there is none
};

struct TokenBatch {
  Tensor ids;        // [T]
  Tensor segments;   // [T]
  Tensor positions;  // [T] place in the sequence, from 0
  Tensor offsets;    // [S + 1] sequence s is the rows offsets[s] … offsets[s + 1]

  Tensor masked_rows;      // [M] rows of [T]
  Tensor masked_labels;    // [M]
  Tensor sentence_labels;  // [S], or undefined
  Tensor targets;          // [S, outputs] real, or undefined

  // [S] the number of each sequence within the whole optimizer step. Dropout is drawn for it, so
  // that one batch of 32 and four of 8 draw the same.
  Tensor sequence_number;
  Tensor place;  // [T] sequence_number * max_positions + position: the dropout place of each row

  int64_t padded_length = 0;  // tokens of the longest sequence, or of the padded rows it came from

  int64_t tokens() const { return ids.numel(); }
  int64_t sequences() const { return sequence_number.numel(); }
  int64_t predictions() const { return masked_rows.numel(); }
};

// Assembles a batch. `first_sequence` is the number of the first example within the optimizer step,
// `max_positions` the length that no sequence exceeds.
// Throws DataError for an example without tokens, one that is too long, labels for some examples
// but not for others, and more rows in a step than an i32 can number; UsageError when the parts of
// an example disagree.
TokenBatch make_batch(std::span<const Example> examples, int64_t first_sequence, int64_t max_positions,
                 int64_t padded_length = 0);

// Sequences [begin, end) of a batch, which keep their numbers in the step.
TokenBatch sequences_of(const TokenBatch& batch, int64_t begin, int64_t end);

}  // namespace reprise
