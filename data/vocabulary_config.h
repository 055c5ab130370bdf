// Which pieces text is cut into, as a configuration says.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/config.h"
#include "data/vocabulary/trained_vocabulary.h"

namespace reprise {

struct VocabularyConfig {
  std::optional<std::filesystem::path> path;
  std::string type = "sentencepiece";
  bool cased = false;
  int64_t max_sentences = 2000000;

  static const char* shorthand_key() { return "path"; }
  void fields(Fields& f) {
    f("path", path,
      "a SentencePiece unigram model (.model), WordPiece's list of pieces (.txt), or a Hugging Face "
      "folder with one of these; null: that of model.init_from, else one is trained on the training "
      "text with model.vocab_size pieces and kept in the cache folder");
    f("type", type, "what is trained: a SentencePiece unigram model, as ALBERT's, or WordPiece, as BERT's")
        .one_of({"sentencepiece", "wordpiece"});
    f("cased", cased, "of WordPiece: capitals and accents are kept");
    f("max_sentences", max_sentences,
      "when training: of a longer text, this many evenly spaced sentences are used")
        .at_least(1);
  }
  VocabularyType kind() const {
    return type == "wordpiece" ? VocabularyType::wordpiece : VocabularyType::sentencepiece;
  }
};

// The vocabulary of the config's path, or one trained on the sentences, for a model with `rows` for its
// pieces. Throws ConfigError for more pieces than rows, and the errors of load_vocabulary and
// trained_vocabulary; fewer are a warning.
std::unique_ptr<const Vocabulary> learn_or_load(const VocabularyConfig& config, int64_t rows,
                                                std::span<const std::string_view> sentences,
                                                std::vector<std::string>& warnings);

}  // namespace reprise
