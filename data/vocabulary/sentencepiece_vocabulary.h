// SentencePieceVocabulary: a unigram model (Kudo 2018), as ALBERT uses. The library behind our
// interface.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/vocabulary/sentencepiece_model.h"
#include "data/vocabulary/vocabulary.h"

namespace sentencepiece {
class SentencePieceProcessor;
}

namespace reprise {

class SentencePieceVocabulary : public Vocabulary {
 public:
  // From the bytes of a .model file, checked first (sentencepiece_model.h). `name` is what errors
  // call it. Throws DataError, also when a special piece is missing.
  SentencePieceVocabulary(std::string model_bytes, const std::string& name);
  ~SentencePieceVocabulary() override;

  int64_t size() const override { return static_cast<int64_t>(model_.pieces.size()); }
  // A sentence of more than 16 KiB is cut in chunks (data/text_chunks.h): at a space, which changes
  // no ids where no piece goes across words, or inside a word of more than 8 KiB, where a piece for
  // a space comes in between.
  std::vector<int32_t> encode(std::string_view sentence) const override;
  std::string text_of(int32_t id) const override;
  void write_files(int64_t max_length, const std::string& folder) const override;

  const SentencePieceModel& model() const { return model_; }

 private:
  std::vector<int32_t> encode_chunk(std::string_view chunk) const;
  int32_t id_of(std::string_view piece, const std::string& name) const;

  SentencePieceModel model_;
  std::unique_ptr<sentencepiece::SentencePieceProcessor> processor_;
};

// A message of the library without the place in its sources, "file(line) [condition] sentence".
std::string sentencepiece_reason(std::string_view message);

}  // namespace reprise
