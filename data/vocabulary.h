// Vocabulary: the pieces that text is cut into, and their ids. SentencePiece behind one class.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/sentencepiece_model.h"

namespace sentencepiece {
class SentencePieceProcessor;
}

namespace reprise {

// The ids of the pieces that are not text: <pad>, <unk>, [CLS], [SEP], [MASK].
struct SpecialPieces {
  int32_t pad = 0;
  int32_t unknown = 1;
  int32_t cls = 2;
  int32_t sep = 3;
  int32_t mask = 4;
};

class Vocabulary {
 public:
  // From the bytes of a .model file, checked first (sentencepiece_model.h). `name` is what errors
  // call it. Throws DataError, also when a special piece is missing.
  Vocabulary(std::string model_bytes, const std::string& name);
  Vocabulary(Vocabulary&&) noexcept;
  ~Vocabulary();

  int64_t size() const { return static_cast<int64_t>(model_.pieces.size()); }
  const SpecialPieces& special() const { return special_; }
  // The ids of a sentence, without special pieces; characters that no piece has give <unk>.
  // `sentence` is valid UTF-8. Safe to call from several threads.
  std::vector<int32_t> encode(std::string_view sentence) const;

  // What a piece stands for, a word's beginning shown by a space.
  std::string text_of(int32_t id) const;

  // [size] 1 where a piece begins a word: its text begins with U+2581.
  std::span<const uint8_t> word_starts() const { return word_starts_; }
  // Ids of the pieces that stand for text.
  std::span<const int32_t> ordinary() const { return ordinary_; }

  const SentencePieceModel& model() const { return model_; }
  const std::string& model_bytes() const { return bytes_; }

 private:
  int32_t id_of(std::string_view piece, const std::string& name) const;

  std::string bytes_;
  SentencePieceModel model_;
  SpecialPieces special_;
  std::vector<uint8_t> word_starts_;
  std::vector<int32_t> ordinary_;
  std::unique_ptr<sentencepiece::SentencePieceProcessor> processor_;
};

// A message of the library without the place in its sources, "file(line) [condition] sentence".
std::string library_reason(std::string_view message);

}  // namespace reprise
