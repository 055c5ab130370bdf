#include "data/text_corpus.h"

#include "core/error.h"
#include "data/texts.h"
#include "data/vocabulary/trained_vocabulary.h"

namespace reprise {

TextCorpus::TextCorpus(const TextSourceConfig& config, const DatasetSettings& settings) {
  if (config.max_length > settings.max_positions) {
    throw ConfigError(
        "data.max_length: {} is more than the model's {} positions "
        "(max_position_embeddings)",
        config.max_length, settings.max_positions);
  }
  const Texts texts = load_texts(config);
  warnings_ = texts.warnings;
  vocabulary_ = learn_or_load(config.vocabulary, settings.vocabulary_size, texts.train);
  train_ = tokenize(texts.train, *vocabulary_);
  valid_ = tokenize(texts.valid, *vocabulary_);
}

std::unique_ptr<const Vocabulary> TextCorpus::learn_or_load(const VocabularyConfig& config,
                                                            int64_t wanted, const Text& train) {
  if (!config.path) {
    const VocabularyTraining training{.type = config.kind(),
                                      .size = wanted,
                                      .max_sentences = config.max_sentences,
                                      .lower_case = !config.cased};
    auto vocabulary = trained_vocabulary(train.sentences, training, warnings_);
    if (vocabulary->size() < wanted) {
      warnings_.push_back(fmt::format(
          "the training text gives only {} pieces; the model keeps its {} rows, and the last {} "
          "are never used",
          vocabulary->size(), wanted, wanted - vocabulary->size()));
    }
    return vocabulary;
  }
  const std::string path = config.path->string();
  auto vocabulary = load_vocabulary(path, !config.cased);
  if (vocabulary->size() > wanted) {
    throw ConfigError("model.vocab_size: {} rows are too few for the {} pieces of {}", wanted,
                      vocabulary->size(), path);
  }
  if (vocabulary->size() < wanted) {
    warnings_.push_back(fmt::format("{} has {} pieces, fewer than model.vocab_size {}", path,
                                    vocabulary->size(), wanted));
  }
  return vocabulary;
}

std::string TextCorpus::description() const {
  return fmt::format("{} documents, {} sentences, {} tokens of {} pieces", train_.document_count(),
                     train_.sentence_count(), train_.tokens.size(), vocabulary_->size());
}

}  // namespace reprise
