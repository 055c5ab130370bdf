#include "data/text_dataset.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace reprise {

namespace {

// The key of the evaluation set, whatever the seed of the run.
constexpr uint64_t kEvaluationSeed = 0x6576616C;
constexpr uint64_t kPacking = 1, kMasking = 3;

const DatasetSettings& checked(const TextDataConfig& config, const DatasetSettings& settings) {
  if (config.sentence_task != "none" && settings.segment_types < 2) {
    throw ConfigError(
        "data.sentence_task: {} has two segments, the model's table (type_vocab_size) "
        "has {}",
        config.sentence_task, settings.segment_types);
  }
  if (settings.sequences < 1)
    throw ConfigError("data: a batch of {} sequences", settings.sequences);
  return settings;
}

}  // namespace

TextDataset::TextDataset(const TextDataConfig& config, const DatasetSettings& settings)
    : settings_(checked(config, settings)),
      task_(pair_settings(config).task),
      max_length_(config.max_length),
      masking_(masking_settings(config)),
      corpus_(config, settings),
      pieces_(corpus_.vocabulary()),
      examples_(corpus_.train(), pair_settings(config), pieces_, masking_, RandomKey(settings.seed)),
      evaluation_(
          pack_pairs(corpus_.valid(), pair_settings(config), RandomKey(kEvaluationSeed).at(kPacking), 0)),
      baseline_(measure()) {}

TokenBatch TextDataset::batch(int64_t micro_batch, int64_t first_sequence) const {
  std::vector<Example> examples;
  for (int64_t i = 0; i < settings_.sequences; ++i) {
    examples.push_back(examples_.example(micro_batch * settings_.sequences + i));
  }
  return make_batch(examples, first_sequence, settings_.max_positions);
}

int64_t TextDataset::evaluation_batches() const {
  const auto count = static_cast<int64_t>(evaluation_.size());
  return (count + settings_.sequences - 1) / settings_.sequences;
}

Example TextDataset::evaluation_example(size_t index) const {
  Example example = assemble(evaluation_[index], corpus_.valid(), task_, pieces_.special);
  mask_tokens(example, pieces_, masking_, RandomKey(kEvaluationSeed).at(kMasking).at(index));
  return example;
}

TokenBatch TextDataset::evaluation_batch(int64_t index) const {
  if (index < 0 || index >= evaluation_batches()) {
    throw UsageError("data: evaluation batch {} of {}", index, evaluation_batches());
  }
  const auto first = static_cast<size_t>(index * settings_.sequences);
  const size_t end = std::min(first + static_cast<size_t>(settings_.sequences), evaluation_.size());
  std::vector<Example> examples;
  for (size_t i = first; i < end; ++i) examples.push_back(evaluation_example(i));
  return make_batch(examples, 0, settings_.max_positions);
}

Baseline TextDataset::measure() const {
  const std::vector<int64_t> counts = token_counts(corpus_.train(), vocabulary_size());
  const double total =
      static_cast<double>(corpus_.train().tokens.size()) + static_cast<double>(vocabulary_size());
  double loss = 0;
  int64_t masked = 0, swapped = 0;
  for (size_t i = 0; i < evaluation_.size(); ++i) {
    for (const int32_t id : evaluation_example(i).masked_labels) {
      loss -= std::log((static_cast<double>(counts[static_cast<size_t>(id)]) + 1) / total);
      ++masked;
    }
    swapped += evaluation_[i].label;
  }
  Baseline baseline;
  if (masked > 0) baseline.unigram_loss = loss / static_cast<double>(masked);
  if (has_sentence_labels()) {
    const double share = static_cast<double>(swapped) / static_cast<double>(evaluation_.size());
    baseline.majority_share = std::max(share, 1 - share);
  }
  return baseline;
}

std::string TextDataset::description() const {
  return fmt::format(
      "text: {}; about {} examples an epoch of at most {} tokens; held out: {} documents, {} examples",
      corpus_.description(), examples_.first_epoch_size(), max_length_,
      corpus_.valid().document_count(), evaluation_.size());
}

std::string TextDataset::text_of(int32_t id) const {
  return corpus_.vocabulary().text_of(id);
}

void TextDataset::write_tokenizer(const std::string& folder) const {
  corpus_.vocabulary().write_files(max_length_, folder);
}

}  // namespace reprise
