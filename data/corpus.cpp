#include "data/corpus.h"

#include <algorithm>

#include "core/parallel.h"

namespace reprise {

namespace {

constexpr int64_t kSentencesPerTask = 512;

struct Piecewise {  // what one task makes
  std::vector<int32_t> tokens;
  std::vector<int32_t> lengths;  // of each sentence
};

}  // namespace

Corpus tokenize(const Text& text, const Vocabulary& vocabulary) {
  const auto count = static_cast<int64_t>(text.sentences.size());
  std::vector<Piecewise> parts((count + kSentencesPerTask - 1) / kSentencesPerTask);
  parallel_ranges(count, kSentencesPerTask, [&](int64_t begin, int64_t end) {
    Piecewise& part = parts[begin / kSentencesPerTask];
    for (int64_t s = begin; s < end; ++s) {
      const std::vector<int32_t> ids = vocabulary.encode(text.sentences[s]);
      part.tokens.insert(part.tokens.end(), ids.begin(), ids.end());
      part.lengths.push_back(static_cast<int32_t>(ids.size()));
    }
  });

  Corpus corpus;
  int64_t sentence = 0;
  size_t next_document = 1;
  for (Piecewise& part : parts) {
    corpus.tokens.insert(corpus.tokens.end(), part.tokens.begin(), part.tokens.end());
    for (const int32_t length : part.lengths) {
      if (length > 0) corpus.sentences.push_back(corpus.sentences.back() + length);
      if (++sentence < text.documents[next_document]) continue;
      ++next_document;
      if (corpus.sentence_count() > corpus.documents.back()) {
        corpus.documents.push_back(corpus.sentence_count());
      }
    }
    part = {};  // so that the tokens are there twice only in part
  }
  return corpus;
}

std::vector<int64_t> token_counts(const Corpus& corpus, int64_t size) {
  std::vector<int64_t> counts(static_cast<size_t>(size));
  for (const int32_t id : corpus.tokens) ++counts[static_cast<size_t>(id)];
  return counts;
}

}  // namespace reprise
