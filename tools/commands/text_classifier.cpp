#include "tools/commands/text_classifier.h"

#include <algorithm>
#include <vector>

#include "core/error.h"
#include "core/parallel.h"
#include "core/printable.h"
#include "data/text_pieces.h"
#include "tools/commands/text_model.h"
#include "tools/trainer/model_config_file.h"
#include "tools/trainer/model_folder.h"
#include "tools/trainer/tasks/tokens_of.h"

namespace reprise {

namespace {

constexpr int64_t kTextsPerTask = 8;

}  // namespace

TextClassifier::TextClassifier(const std::string& folder, Precision precision) : precision_(precision) {
  const ModelConfigFile file = read_model_config(folder);
  if (!file.classifier) {
    throw ConfigError("{}: this model is no classifier: its config.json names no …ForSequenceClassification; "
                      "train one with task.type classification", printable(folder));
  }
  head_ = *file.classifier;
  model_ = std::make_unique<SequenceClassifier>(file.config, head_.outputs());
  const std::vector<std::string> missing = load_classifier_folder(folder, *model_, head_);
  if (!missing.empty()) {
    throw DataError("{}: a classifier's weights are incomplete: {} is missing", printable(folder),
                    fmt::join(missing, ", "));
  }
  vocabulary_ = vocabulary_of(folder, file.config.vocab_size);
  max_length_ = std::min(head_.max_length.value_or(max_positions()), max_positions());
}

TokenBatch TextClassifier::batch(std::span<const InputText> texts) const {
  std::vector<Example> examples(texts.size());
  parallel_ranges(std::ssize(texts), kTextsPerTask, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      examples[i] = text_pieces(texts[i].text, texts[i].pair, *vocabulary_, max_length_);
    }
  });
  return make_batch(examples, 0, max_positions());
}

Tensor TextClassifier::logits(const TokenBatch& batch) const {
  const Context plain{.precision = precision_};
  return model_->forward(plain, tokens_of(batch), {}).value();
}

}  // namespace reprise
