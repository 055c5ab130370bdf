// Corpus: a text as ids, back to back, with the bounds of its sentences and documents.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/text.h"
#include "data/vocabulary/vocabulary.h"

namespace reprise {

struct Corpus {
  std::vector<int32_t> tokens;
  std::vector<int64_t> sentences = {0};  // [sentences + 1] bounds in tokens; no sentence is empty
  std::vector<int64_t> documents = {0};  // [documents + 1] bounds in sentences; none is empty

  int64_t sentence_count() const { return static_cast<int64_t>(sentences.size()) - 1; }
  int64_t document_count() const { return static_cast<int64_t>(documents.size()) - 1; }
};

// Sentences without ids (nothing but characters that normalization removes) are left out, and so
// are documents without sentences. Runs on all threads; the result doesn't depend on their number.
Corpus tokenize(const Text& text, const Vocabulary& vocabulary);

// How often each id occurs: [size].
std::vector<int64_t> token_counts(const Corpus& corpus, int64_t size);

}  // namespace reprise
