#include "tools/trainer/synthetic_dataset.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "core/error.h"
#include "tools/trainer/synthetic_texts.h"

namespace reprise {

namespace {

constexpr int64_t kFirstOrdinary = 5;  // a configured vocabulary has more

Example random_tokens(const DatasetSettings& settings, SyntheticLengths lengths, RandomStream& random) {
  const auto ordinary = static_cast<uint64_t>(settings.vocabulary_size - kFirstOrdinary);
  const int64_t spread = std::min(lengths.longest - lengths.mean, lengths.mean - 1);
  const auto length = static_cast<size_t>(
      lengths.mean - spread +
      (spread > 0 ? static_cast<int64_t>(random.below(static_cast<uint64_t>(2 * spread + 1))) : 0));
  Example example;
  for (size_t i = 0; i < length; ++i) {
    example.ids.push_back(static_cast<int32_t>(kFirstOrdinary + random.below(ordinary)));
    example.segments.push_back(settings.segment_types > 1 && i >= length / 2 ? 1 : 0);
  }
  return example;
}

// Both of pretraining's labels.
void add_predictions(Example& example, RandomStream& random) {
  const size_t length = example.ids.size();
  std::vector<int32_t> positions(length);
  std::iota(positions.begin(), positions.end(), 0);
  random.shuffle(std::span(positions));
  positions.resize(static_cast<size_t>(synthetic_predictions(static_cast<int64_t>(length))));
  std::ranges::sort(positions);
  for (const int32_t position : positions) example.masked_labels.push_back(example.ids[position]);
  example.masked_positions = std::move(positions);
  example.sentence_label = static_cast<int32_t>(random.below(2));
}

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

TokenBatch synthetic_batch(const DatasetSettings& settings, SyntheticLengths lengths, int64_t micro_batch,
                           int64_t first_sequence,
                           const std::function<void(Example&, RandomStream&)>& label) {
  const int64_t first = lengths.mean < lengths.longest ? micro_batch * settings.sequences : 0;
  std::vector<Example> examples;
  for (int64_t s = 0; s < settings.sequences; ++s) {
    RandomStream random(RandomKey(settings.seed).at(static_cast<uint64_t>(first + s)));
    label(examples.emplace_back(random_tokens(settings, lengths, random)), random);
  }
  return make_batch(examples, first_sequence, settings.max_positions);
}

TokenBatch SyntheticDataset::batch(int64_t micro_batch, int64_t first_sequence) const {
  return synthetic_batch(settings_, lengths_, micro_batch, first_sequence, add_predictions);
}

std::string SyntheticDataset::description() const {
  return fmt::format("random tokens, {} sequences of {}", settings_.sequences, lengths_.mean);
}

namespace {

DatasetSettings settings_of(const EncoderConfig& encoder, int64_t sequences, uint64_t seed) {
  return {.vocabulary_size = encoder.vocab_size,
          .max_positions = encoder.max_position_embeddings,
          .segment_types = encoder.type_vocab_size,
          .sequences = sequences,
          .seed = seed};
}

}  // namespace

std::unique_ptr<Dataset> synthetic_dataset(const EncoderConfig& encoder, int64_t sequences,
                                           uint64_t seed, SyntheticLengths lengths) {
  return std::make_unique<SyntheticDataset>(settings_of(encoder, sequences, seed), lengths);
}

std::unique_ptr<Dataset> synthetic_dataset(const RunConfig& config, int64_t sequences, uint64_t seed,
                                           SyntheticLengths lengths) {
  const EncoderConfig& encoder = config.model.encoder;
  if (config.data.type != "classification") return synthetic_dataset(encoder, sequences, seed, lengths);
  DatasetSettings settings = settings_of(encoder, sequences, seed);
  settings.labels = config.labels();
  if (!config.data.classification.pair_column) settings.segment_types = 1;
  return std::make_unique<SyntheticTexts>(settings, lengths, known_labels(config));
}

}  // namespace reprise
