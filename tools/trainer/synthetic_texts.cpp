#include "tools/trainer/synthetic_texts.h"

#include <utility>

#include "core/error.h"
#include "data/labelled_dataset.h"

namespace reprise {

SyntheticTexts::SyntheticTexts(const DatasetSettings& settings, SyntheticLengths lengths,
                               std::vector<std::string> labels)
    : settings_(settings), lengths_(lengths), labels_(std::move(labels)) {
  check_synthetic_lengths(lengths, settings.max_positions);
}

void SyntheticTexts::add_label(Example& example, RandomStream& random) const {
  switch (settings_.labels) {
    case LabelKind::one:
      example.sentence_label = static_cast<int32_t>(random.below(labels_.size()));
      return;
    case LabelKind::several:
      for (size_t l = 0; l < labels_.size(); ++l) {
        example.targets.push_back(static_cast<float>(random.below(2)));
      }
      return;
    case LabelKind::number: break;
  }
  example.targets = {static_cast<float>(random.uniform())};
}

TokenBatch SyntheticTexts::batch(int64_t micro_batch, int64_t first_sequence) const {
  return synthetic_batch(settings_, lengths_, micro_batch, first_sequence,
                         [this](Example& example, RandomStream& random) { add_label(example, random); });
}

std::string SyntheticTexts::description() const {
  return fmt::format("random tokens, {} labelled texts of {}", settings_.sequences, lengths_.mean);
}

std::vector<std::string> known_labels(const RunConfig& config) {
  const LabelledTextsConfig& data = config.data.classification;
  const LabelKind kind = config.labels();
  if (data.labels || kind == LabelKind::number) return labels_to_learn(data, kind, {});
  try {
    return labels_to_learn(data, kind, read_labelled_texts(data, data.train.paths(), kind));
  } catch (const Error& error) {
    if (error.code() != ExitCode::no_input) throw;
    return {"0", "1"};
  }
}

}  // namespace reprise
