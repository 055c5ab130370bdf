// Small texts and corpora for the tests of data/.
#pragma once

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "data/corpus.h"
#include "data/vocabulary/sentencepiece_model.h"
#include "data/vocabulary/sentencepiece_training.h"
#include "data/vocabulary/sentencepiece_vocabulary.h"

namespace reprise::test {

inline const std::vector<std::string>& sample_sentences() {
  static const std::vector<std::string> sentences = [] {
    const std::vector<std::string> words = {
        "the",    "people", "of",  "state", "union", "congress", "nation", "peace", "labour",
        "report", "year",   "and", "we",    "must",  "work",     "great",  "under", "treasury"};
    std::mt19937 random(3);
    std::vector<std::string> made;
    for (int s = 0; s < 300; ++s) {
      std::string sentence;
      for (size_t w = 3 + random() % 9; w > 0; --w)
        sentence += words[random() % words.size()] + " ";
      sentence.back() = '.';
      made.push_back(sentence);
    }
    return made;
  }();
  return sentences;
}

inline const std::string& sample_model() {
  static const std::string model = [] {
    const std::vector<std::string_view> views(sample_sentences().begin(), sample_sentences().end());
    return train_sentencepiece(views, {.size = 60, .max_sentences = 1000});
  }();
  return model;
}

inline SentencePieceVocabulary sample_vocabulary() {
  return SentencePieceVocabulary(sample_model(), "sample");
}

// A corpus whose tokens are 5, 6, 7, …, with sentences of the lengths given, by document.
inline Corpus corpus_of(const std::vector<std::vector<int>>& documents) {
  Corpus corpus;
  for (const std::vector<int>& document : documents) {
    for (const int length : document) {
      for (int i = 0; i < length; ++i) {
        corpus.tokens.push_back(5 + static_cast<int32_t>(corpus.tokens.size()));
      }
      corpus.sentences.push_back(static_cast<int64_t>(corpus.tokens.size()));
    }
    corpus.documents.push_back(corpus.sentence_count());
  }
  return corpus;
}

// Documents of random sentences.
inline Corpus random_corpus(uint32_t seed, int documents, int sentences, int longest) {
  std::mt19937 random(seed);
  std::vector<std::vector<int>> lengths(static_cast<size_t>(documents));
  for (std::vector<int>& document : lengths) {
    for (int s = 1 + static_cast<int>(random() % static_cast<uint32_t>(sentences)); s > 0; --s) {
      document.push_back(1 + static_cast<int>(random() % static_cast<uint32_t>(longest)));
    }
  }
  return corpus_of(lengths);
}

// The parts of a model file, for writing damaged ones.
inline std::string varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes += static_cast<char>(value);
}
inline std::string bytes_field(uint32_t number, std::string_view data) {
  return varint(number << 3 | 2) + varint(data.size()) + std::string(data);
}
inline std::string piece_field(std::string_view text, float score, int type) {
  std::string piece = bytes_field(1, text) + varint(2 << 3 | 5);
  piece.append(reinterpret_cast<const char*>(&score), 4);
  return bytes_field(1, piece + varint(3 << 3) + varint(static_cast<uint64_t>(type)));
}
inline std::string special_fields() {
  return piece_field("<pad>", 0, 3) + piece_field("<unk>", 0, 2) + piece_field("[CLS]", 0, 3) +
         piece_field("[SEP]", 0, 3) + piece_field("[MASK]", 0, 3);
}

}  // namespace reprise::test
