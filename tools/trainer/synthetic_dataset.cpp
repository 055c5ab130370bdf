#include "tools/trainer/synthetic_dataset.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "core/error.h"
#include "core/rng.h"

namespace reprise {

namespace {

constexpr int64_t kFirstOrdinary = 5;  // a configured vocabulary has more

}  // namespace

void check_synthetic_lengths(SyntheticLengths lengths, int64_t max_positions) {
  if (lengths.longest > max_positions) {
    throw Error(ExitCode::usage,
                "sequences of {} tokens don't fit the model, which has {} positions "
                "(model.max_position_embeddings)",
                lengths.longest, max_positions);
  }
  if (lengths.mean < 1 || lengths.mean > lengths.longest) {
    throw Error(ExitCode::usage, "a mean length of {} is not within the longest, {} tokens",
                lengths.mean, lengths.longest);
  }
}

int64_t synthetic_predictions(int64_t length) {
  return std::max<int64_t>(1, std::llrint(0.15 * static_cast<double>(length)));
}

SyntheticDataset::SyntheticDataset(const DatasetSettings& settings, SyntheticLengths lengths)
    : settings_(settings), lengths_(lengths) {
  check_synthetic_lengths(lengths, settings.max_positions);
}

Example SyntheticDataset::example(int64_t sequence) const {
  RandomStream random(RandomKey(settings_.seed).at(static_cast<uint64_t>(sequence)));
  const auto ordinary = static_cast<uint64_t>(settings_.vocabulary_size - kFirstOrdinary);
  const int64_t spread = std::min(lengths_.longest - lengths_.mean, lengths_.mean - 1);
  const auto length = static_cast<size_t>(
      lengths_.mean - spread +
      (spread > 0 ? static_cast<int64_t>(random.below(static_cast<uint64_t>(2 * spread + 1))) : 0));
  Example example;
  for (size_t i = 0; i < length; ++i) {
    example.ids.push_back(static_cast<int32_t>(kFirstOrdinary + random.below(ordinary)));
    example.segments.push_back(settings_.segment_types > 1 && i >= length / 2 ? 1 : 0);
  }
  std::vector<int32_t> positions(length);
  std::iota(positions.begin(), positions.end(), 0);
  random.shuffle(std::span(positions));
  positions.resize(synthetic_predictions(static_cast<int64_t>(length)));
  std::ranges::sort(positions);
  for (const int32_t position : positions) example.masked_labels.push_back(example.ids[position]);
  example.masked_positions = std::move(positions);
  example.sentence_label = static_cast<int32_t>(random.below(2));
  return example;
}

TokenBatch SyntheticDataset::batch(int64_t micro_batch, int64_t first_sequence) const {
  const int64_t first = lengths_.mean < lengths_.longest ? micro_batch * settings_.sequences : 0;
  std::vector<Example> examples;
  for (int64_t s = 0; s < settings_.sequences; ++s) examples.push_back(example(first + s));
  return make_batch(examples, first_sequence, settings_.max_positions);
}

std::string SyntheticDataset::description() const {
  return fmt::format("random tokens, {} sequences of {}", settings_.sequences, lengths_.mean);
}

std::unique_ptr<Dataset> synthetic_dataset(const EncoderConfig& encoder, int64_t sequences,
                                           uint64_t seed, SyntheticLengths lengths) {
  return std::make_unique<SyntheticDataset>(
      DatasetSettings{.vocabulary_size = encoder.vocab_size,
                      .max_positions = encoder.max_position_embeddings,
                      .segment_types = encoder.type_vocab_size,
                      .sequences = sequences,
                      .seed = seed},
      lengths);
}

}  // namespace reprise
