#include "data/text_corpus.h"

#include "data/sequence_length.h"
#include "data/texts.h"

namespace reprise {

TextCorpus::TextCorpus(const TextSourceConfig& config, const DatasetSettings& settings) {
  check_sequence_length(config.max_length, settings.max_positions);
  const Texts texts = load_texts(config);
  warnings_ = texts.warnings;
  vocabulary_ = learn_or_load(config.vocabulary, settings.vocabulary_size, texts.train.sentences, warnings_);
  train_ = tokenize(texts.train, *vocabulary_);
  valid_ = tokenize(texts.valid, *vocabulary_);
}

std::string TextCorpus::description() const {
  return fmt::format("{} documents, {} sentences, {} tokens of {} pieces", train_.document_count(),
                     train_.sentence_count(), train_.tokens.size(), vocabulary_->size());
}

}  // namespace reprise
