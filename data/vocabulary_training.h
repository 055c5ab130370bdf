// Training of a SentencePiece vocabulary, and the folder that keeps those trained before.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/vocabulary.h"

namespace reprise {

struct VocabularyTraining {
  int64_t size = 8000;              // pieces wanted, the five special ones included
  int64_t max_sentences = 2000000;  // of a larger text, this many evenly spaced sentences are used
};

// A unigram model (Kudo 2018) with ALBERT's special pieces <pad> 0, <unk> 1, [CLS] 2, [SEP] 3,
// [MASK] 4 and NFKC normalization with case folding. A function of the arguments alone. A text that
// is too small for the size gives fewer pieces.
// Throws DataError for a text without letters, or with more different characters than pieces.
std::string train_vocabulary(std::span<const std::string_view> sentences,
                             const VocabularyTraining& settings);

// The same from the cache, trained only if it isn't there. The cache is the folder reprise in
// $XDG_CACHE_HOME (by default ~/.cache); files are named by the hash of text and settings. A cache
// that can't be read or written is a warning. Several processes may do this at the same time.
Vocabulary cached_vocabulary(std::span<const std::string_view> sentences,
                             const VocabularyTraining& settings,
                             std::vector<std::string>& warnings);

}  // namespace reprise
