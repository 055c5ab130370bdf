#include "data/vocabulary_config.h"

#include "core/error.h"

namespace reprise {

std::unique_ptr<const Vocabulary> learn_or_load(const VocabularyConfig& config, int64_t rows,
                                                std::span<const std::string_view> sentences,
                                                std::vector<std::string>& warnings) {
  if (!config.path) {
    const VocabularyTraining training{.type = config.kind(),
                                      .size = rows,
                                      .max_sentences = config.max_sentences,
                                      .lower_case = !config.cased};
    auto vocabulary = trained_vocabulary(sentences, training, warnings);
    if (vocabulary->size() < rows) {
      warnings.push_back(fmt::format(
          "the training text gives only {} pieces; the model keeps its {} rows, and the last {} "
          "are never used",
          vocabulary->size(), rows, rows - vocabulary->size()));
    }
    return vocabulary;
  }
  const std::string path = config.path->string();
  auto vocabulary = load_vocabulary(path, !config.cased);
  if (vocabulary->size() > rows) {
    throw ConfigError("model.vocab_size: {} rows are too few for the {} pieces of {}", rows,
                      vocabulary->size(), path);
  }
  if (vocabulary->size() < rows) {
    warnings.push_back(fmt::format("{} has {} pieces, fewer than model.vocab_size {}", path,
                                    vocabulary->size(), rows));
  }
  return vocabulary;
}

}  // namespace reprise
