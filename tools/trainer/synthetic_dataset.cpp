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

void check_synthetic_length(int64_t length, int64_t max_positions) {
  if (length <= max_positions) return;
  throw Error(ExitCode::usage,
              "sequences of {} tokens don't fit the model, which has {} positions "
              "(model.max_position_embeddings)",
              length, max_positions);
}

int64_t synthetic_predictions(int64_t length) {
  return std::max<int64_t>(1, std::llrint(0.15 * static_cast<double>(length)));
}

SyntheticDataset::SyntheticDataset(const DatasetSettings& settings, int64_t length)
    : settings_(settings), length_(length) {
  check_synthetic_length(length, settings.max_positions);
}

Example SyntheticDataset::example(int64_t sequence) const {
  RandomStream random(RandomKey(settings_.seed).at(static_cast<uint64_t>(sequence)));
  const auto ordinary = static_cast<uint64_t>(settings_.vocabulary_size - kFirstOrdinary);
  const auto length = static_cast<size_t>(length_);
  Example example;
  for (size_t i = 0; i < length; ++i) {
    example.ids.push_back(static_cast<int32_t>(kFirstOrdinary + random.below(ordinary)));
    example.segments.push_back(settings_.segment_types > 1 && i >= length / 2 ? 1 : 0);
  }
  std::vector<int32_t> positions(length);
  std::iota(positions.begin(), positions.end(), 0);
  random.shuffle(std::span(positions));
  positions.resize(synthetic_predictions(length_));
  std::ranges::sort(positions);
  for (const int32_t position : positions) example.masked_labels.push_back(example.ids[position]);
  example.masked_positions = std::move(positions);
  example.sentence_label = static_cast<int32_t>(random.below(2));
  return example;
}

Batch SyntheticDataset::batch(int64_t /*micro_batch*/, int64_t first_sequence) const {
  std::vector<Example> examples;
  for (int64_t s = 0; s < settings_.sequences; ++s) examples.push_back(example(s));
  return make_batch(examples, first_sequence, settings_.max_positions);
}

std::string SyntheticDataset::description() const {
  return fmt::format("random tokens, {} sequences of {}", settings_.sequences, length_);
}

}  // namespace reprise
