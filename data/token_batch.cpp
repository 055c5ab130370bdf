#include "data/token_batch.h"

#include <algorithm>
#include <limits>

#include "core/error.h"

namespace reprise {

namespace {

constexpr int64_t kMaxInt32 = std::numeric_limits<int32_t>::max();

Tensor int_tensor(int64_t size) { return Tensor::empty({size}, DType::i32, Purpose::other); }

void check(const Example& example, size_t index, const Example& first, int64_t max_positions) {
  const bool labelled = first.sentence_label.has_value();
  const auto tokens = static_cast<int64_t>(example.ids.size());
  if (tokens == 0) throw DataError("batch: sequence {} has no tokens", index);
  if (tokens > max_positions) {
    throw DataError("batch: sequence {} has {} tokens, {} are possible", index, tokens,
                    max_positions);
  }
  if (example.sentence_label.has_value() != labelled) {
    throw DataError("batch: sequence {} has {} sentence label, unlike the first", index,
                    labelled ? "no" : "a");
  }
  if (example.targets.size() != first.targets.size()) {
    throw UsageError("batch: sequence {} has {} targets, the first {}", index, example.targets.size(),
                     first.targets.size());
  }
  if (example.segments.size() != example.ids.size() ||
      example.masked_labels.size() != example.masked_positions.size()) {
    throw UsageError("batch: sequence {}: {} tokens with {} segments, {} masked with {} labels",
                     index, tokens, example.segments.size(), example.masked_positions.size(),
                     example.masked_labels.size());
  }
  for (const int32_t position : example.masked_positions) {
    if (position < 0 || position >= tokens) {
      throw UsageError("batch: sequence {}: masked position {} of {}", index, position, tokens);
    }
  }
}

TokenBatch allocate(std::span<const Example> examples) {
  int64_t tokens = 0, masked = 0;
  for (const Example& example : examples) {
    tokens += static_cast<int64_t>(example.ids.size());
    masked += static_cast<int64_t>(example.masked_positions.size());
  }
  const auto sequences = static_cast<int64_t>(examples.size());
  TokenBatch batch;
  batch.ids = int_tensor(tokens);
  batch.segments = int_tensor(tokens);
  batch.positions = int_tensor(tokens);
  batch.place = int_tensor(tokens);
  batch.offsets = int_tensor(sequences + 1);
  batch.masked_rows = int_tensor(masked);
  batch.masked_labels = int_tensor(masked);
  batch.sequence_number = int_tensor(sequences);
  if (examples[0].sentence_label) batch.sentence_labels = int_tensor(sequences);
  if (const auto outputs = std::ssize(examples[0].targets); outputs > 0) {
    batch.targets = Tensor::empty({sequences, outputs}, kReal, Purpose::other);
  }
  return batch;
}

// Copies example number s into its rows [row, …) and masked places [m, …).
void fill(const TokenBatch& batch, const Example& example, int64_t s, int64_t row, int64_t m,
          int64_t number, int64_t max_positions) {
  const auto tokens = static_cast<int64_t>(example.ids.size());
  std::ranges::copy(example.ids, batch.ids.data<int32_t>() + row);
  std::ranges::copy(example.segments, batch.segments.data<int32_t>() + row);
  for (int64_t p = 0; p < tokens; ++p) {
    batch.positions.data<int32_t>()[row + p] = static_cast<int32_t>(p);
    batch.place.data<int32_t>()[row + p] = static_cast<int32_t>(number * max_positions + p);
  }
  for (const int32_t position : example.masked_positions) {
    batch.masked_rows.data<int32_t>()[m++] = static_cast<int32_t>(row + position);
  }
  std::ranges::copy(example.masked_labels, batch.masked_labels.data<int32_t>() + m -
                                               static_cast<int64_t>(example.masked_labels.size()));
  batch.sequence_number.data<int32_t>()[s] = static_cast<int32_t>(number);
  if (example.sentence_label) batch.sentence_labels.data<int32_t>()[s] = *example.sentence_label;
  if (batch.targets.defined()) {
    std::ranges::copy(example.targets, batch.targets.data() + s * std::ssize(example.targets));
  }
  batch.offsets.data<int32_t>()[s + 1] = static_cast<int32_t>(row + tokens);
}

}  // namespace

TokenBatch make_batch(std::span<const Example> examples, int64_t first_sequence, int64_t max_positions,
                 int64_t padded_length) {
  if (examples.empty()) throw DataError("batch: no sequences");
  const auto sequences = static_cast<int64_t>(examples.size());
  if (first_sequence < 0 || max_positions < 1 || first_sequence > kMaxInt32 ||
      sequences > kMaxInt32 || max_positions > kMaxInt32 ||
      (first_sequence + sequences) > kMaxInt32 / max_positions) {
    throw DataError(
        "batch: {} sequences from number {} on, of {} positions each, can't be numbered", sequences,
        first_sequence, max_positions);
  }
  for (size_t i = 0; i < examples.size(); ++i) check(examples[i], i, examples[0], max_positions);

  TokenBatch batch = allocate(examples);
  batch.padded_length = padded_length;
  batch.offsets.data<int32_t>()[0] = 0;
  int64_t row = 0, m = 0;
  for (int64_t s = 0; s < sequences; ++s) {
    const Example& example = examples[static_cast<size_t>(s)];
    fill(batch, example, s, row, m, first_sequence + s, max_positions);
    row += static_cast<int64_t>(example.ids.size());
    m += static_cast<int64_t>(example.masked_positions.size());
    batch.padded_length = std::max(batch.padded_length, static_cast<int64_t>(example.ids.size()));
  }
  return batch;
}

TokenBatch sequences_of(const TokenBatch& batch, int64_t begin, int64_t end) {
  const int32_t* offsets = batch.offsets.data<int32_t>();
  const int64_t first = offsets[begin], last = offsets[end];
  TokenBatch part;
  part.ids = batch.ids.slice(first, last);
  part.segments = batch.segments.slice(first, last);
  part.positions = batch.positions.slice(first, last);
  part.place = batch.place.slice(first, last);
  part.sequence_number = batch.sequence_number.slice(begin, end);
  if (batch.sentence_labels.defined()) part.sentence_labels = batch.sentence_labels.slice(begin, end);
  if (batch.targets.defined()) part.targets = batch.targets.slice(begin, end);
  part.offsets = batch.offsets.slice(begin, end + 1).clone();
  for (int32_t& offset : part.offsets.values<int32_t>()) offset -= static_cast<int32_t>(first);

  const auto masked = batch.masked_rows.values<int32_t>();  // ascending
  const auto from = std::ranges::lower_bound(masked, first) - masked.begin();
  const auto to = std::ranges::lower_bound(masked, last) - masked.begin();
  part.masked_rows = batch.masked_rows.slice(from, to).clone();
  for (int32_t& row : part.masked_rows.values<int32_t>()) row -= static_cast<int32_t>(first);
  part.masked_labels = batch.masked_labels.slice(from, to);
  part.padded_length = batch.padded_length;
  return part;
}

}  // namespace reprise
