// Vocabularies that are trained on the training text, and the folder that keeps those trained
// before.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/vocabulary/vocabulary.h"

namespace reprise {

enum class VocabularyType { sentencepiece, wordpiece };

struct VocabularyTraining {
  VocabularyType type = VocabularyType::sentencepiece;
  int64_t size = 8000;              // pieces wanted, the five special ones included
  int64_t max_sentences = 2000000;  // of a larger text, this many evenly spaced sentences are used
  bool lower_case = true;  // of WordPiece; a SentencePiece vocabulary is always of small letters
};

// A vocabulary of the text, from the cache, trained only if it isn't there. The cache is the folder
// reprise in $XDG_CACHE_HOME (by default ~/.cache); files are named by the hash of text and
// settings. A cache that can't be read or written is a warning. Several processes may do this at
// the same time. Throws the errors of training (sentencepiece_training.h, wordpiece_training.h).
std::unique_ptr<const Vocabulary> trained_vocabulary(std::span<const std::string_view> sentences,
                                                     const VocabularyTraining& settings,
                                                     std::vector<std::string>& warnings);

}  // namespace reprise
