// TextCorpus: training and held-out text, and the vocabulary that both are cut into.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/corpus.h"
#include "data/dataset.h"
#include "data/text_config.h"
#include "data/vocabulary/vocabulary.h"

namespace reprise {

class TextCorpus {
 public:
  // Reads, learns or loads the vocabulary, and tokenizes. Throws ConfigError for sequences longer than
  // the model's and a vocabulary with more pieces than its table, and the errors of the parts.
  TextCorpus(const TextSourceConfig& config, const DatasetSettings& settings);

  const Vocabulary& vocabulary() const { return *vocabulary_; }
  const Corpus& train() const { return train_; }
  const Corpus& valid() const { return valid_; }
  const std::vector<std::string>& warnings() const { return warnings_; }
  // "12 documents, 120 sentences, 712 tokens of 39 pieces"
  std::string description() const;

 private:
  std::vector<std::string> warnings_;
  std::unique_ptr<const Vocabulary> vocabulary_;
  Corpus train_, valid_;
};

}  // namespace reprise
