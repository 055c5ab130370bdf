#include "data/text_corpus.h"

#include <utility>

#include "core/error.h"
#include "core/files.h"
#include "data/vocabulary_training.h"

namespace reprise {

TextCorpus::TextCorpus(const TextSourceConfig& config, int64_t pieces) {
  const InvalidUtf8 policy =
      config.invalid_utf8 == "replace" ? InvalidUtf8::replace : InvalidUtf8::error;
  Text train = load_text(config.train.paths(), policy);
  warnings_ = train.warnings;
  Text valid = config.valid ? load_text(config.valid->paths(), policy) : hold_out(train);
  if (config.valid) warnings_.insert(warnings_.end(), valid.warnings.begin(), valid.warnings.end());
  vocabulary_.emplace(learn_or_load(config.vocabulary, pieces, train));
  train_ = tokenize(train, *vocabulary_);
  valid_ = tokenize(valid, *vocabulary_);
}

Vocabulary TextCorpus::learn_or_load(const VocabularyConfig& config, int64_t wanted,
                                     const Text& train) {
  if (!config.path) {
    const VocabularyTraining training{wanted, config.max_sentences};
    Vocabulary vocabulary = cached_vocabulary(train.sentences, training, warnings_);
    if (vocabulary.size() < wanted) {
      warnings_.push_back(fmt::format(
          "the training text gives only {} pieces; the model keeps its {} rows, and the last {} "
          "are never used",
          vocabulary.size(), wanted, wanted - vocabulary.size()));
    }
    return vocabulary;
  }
  const std::string path = config.path->string();
  Vocabulary vocabulary(read_file(path, kMaxModelBytes), path);
  if (vocabulary.size() > wanted) {
    throw ConfigError("model.vocab_size: {} rows are too few for the {} pieces of {}", wanted,
                      vocabulary.size(), path);
  }
  if (vocabulary.size() < wanted) {
    warnings_.push_back(fmt::format("{} has {} pieces, fewer than model.vocab_size {}", path,
                                    vocabulary.size(), wanted));
  }
  return vocabulary;
}

std::string TextCorpus::description() const {
  return fmt::format("{} documents, {} sentences, {} tokens of {} pieces", train_.document_count(),
                     train_.sentence_count(), train_.tokens.size(), vocabulary_->size());
}

}  // namespace reprise
