// TextClassifier: a classifier out of a model folder with the vocabulary that cuts text for it.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "data/token_batch.h"
#include "data/vocabulary/vocabulary.h"
#include "layers/models/sequence_classifier.h"
#include "tools/commands/answer_lines.h"
#include "tools/trainer/classifier_head.h"

namespace reprise {

class TextClassifier {
 public:
  // A Hugging Face folder, or one of ours. Throws ConfigError when it isn't a classifier's, and the errors
  // of read_model_config, load_classifier_folder and vocabulary_of.
  // precision: of products.
  TextClassifier(const std::string& folder, Precision precision);

  // Texts of valid UTF-8, as their sequences.
  TokenBatch batch(std::span<const InputText> texts) const;
  // -> [S, outputs]
  Tensor logits(const TokenBatch& batch) const;

  const ClassifierHead& head() const { return head_; }
  const Vocabulary& vocabulary() const { return *vocabulary_; }
  // Tokens that a text is cut to: as in training, or else the model's positions.
  int64_t max_length() const { return max_length_; }
  int64_t max_positions() const { return model_->encoder().config().max_position_embeddings; }

 private:
  Precision precision_;
  ClassifierHead head_;
  std::unique_ptr<SequenceClassifier> model_;
  std::unique_ptr<const Vocabulary> vocabulary_;
  int64_t max_length_ = 0;
};

}  // namespace reprise
