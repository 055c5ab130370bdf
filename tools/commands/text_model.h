// TextModel: an encoder out of a model folder with the vocabulary that cuts text for it.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/token_batch.h"
#include "data/vocabulary/vocabulary.h"
#include "layers/models/encoder.h"
#include "tools/commands/answer_lines.h"

namespace reprise {

class TextModel {
 public:
  // A Hugging Face folder, or one of ours. Throws as read_model_config, load_model_folder and
  // load_vocabulary; DataError when the vocabulary has more pieces than the model has rows.
  explicit TextModel(const std::string& folder);

  // [CLS] text [SEP] for each text, cut at the end to the model's length. The batch's masked rows are
  // where a text has [MASK]. The texts are valid UTF-8.
  TokenBatch batch(std::span<const InputText> texts) const;

  const Encoder& encoder() const { return encoder_; }
  const Vocabulary& vocabulary() const { return *vocabulary_; }
  // Whether the folder had the head that tells masked words.
  bool predicts_words() const { return predicts_words_; }

 private:
  Example example(std::string_view text) const;

  Encoder encoder_;
  std::unique_ptr<const Vocabulary> vocabulary_;
  bool predicts_words_ = true;
};

// How often a text has [MASK].
size_t count_masks(std::string_view text);

// The vocabulary of a model folder whose model has so many rows for its pieces. Throws DataError for more
// pieces, and the errors of load_vocabulary.
std::unique_ptr<const Vocabulary> vocabulary_of(const std::string& folder, int64_t rows);

}  // namespace reprise
