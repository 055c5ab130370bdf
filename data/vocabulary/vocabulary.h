// Vocabulary: the pieces that text is cut into, and their ids. What pretraining and prediction need
// to know of one, whichever algorithm cuts.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace reprise {

// The ids of the pieces that are not text. The defaults are ALBERT's: <pad>, <unk>, [CLS], [SEP],
// [MASK].
struct SpecialPieces {
  int32_t pad = 0;
  int32_t unknown = 1;
  int32_t cls = 2;
  int32_t sep = 3;
  int32_t mask = 4;
};

class Vocabulary {
 public:
  Vocabulary(const Vocabulary&) = delete;
  Vocabulary& operator=(const Vocabulary&) = delete;
  virtual ~Vocabulary() = default;

  virtual int64_t size() const = 0;
  // The ids of a sentence, without special pieces at its ends; text that no piece covers gives the
  // unknown one. `sentence` is valid UTF-8. Safe to call from several threads.
  virtual std::vector<int32_t> encode(std::string_view sentence) const = 0;
  // What a piece stands for, a word's beginning shown by a space.
  virtual std::string text_of(int32_t id) const = 0;
  // Writes into an existing folder what Hugging Face's AutoTokenizer needs to cut text as we do.
  // max_length: tokens of the longest sequence. Throws Error as core/files.h.
  virtual void write_files(int64_t max_length, const std::string& folder) const = 0;

  const SpecialPieces& special() const { return special_; }
  // [size] 1 where a piece begins a word.
  std::span<const uint8_t> word_starts() const { return word_starts_; }
  // Ids of the pieces that stand for text.
  std::span<const int32_t> ordinary() const { return ordinary_; }
  // The content of the file that it is in.
  const std::string& bytes() const { return bytes_; }

 protected:
  explicit Vocabulary(std::string bytes) : bytes_(std::move(bytes)) {}

  std::string bytes_;
  SpecialPieces special_;
  std::vector<uint8_t> word_starts_;
  std::vector<int32_t> ordinary_;
};

// From a file: WordPiece's list of pieces where the name ends in .txt, otherwise a SentencePiece
// model. Or from a Hugging Face folder: its vocab.txt with the rules of its tokenizer_config.json,
// its spiece.model, or where there is neither, its tokenizer.json, if that is a BERT's.
// lower_case: of a list of pieces that doesn't come with rules; a SentencePiece model says itself what
// it does. Throws DataError for anything but a sound vocabulary, Error as core/files.h, no_input also
// for a folder without any.
std::unique_ptr<const Vocabulary> load_vocabulary(const std::string& path, bool lower_case);

// Whether a folder has a vocabulary that load_vocabulary() reads.
bool has_vocabulary(const std::string& folder);

// The text of a piece in messages, for an id that may have none.
inline constexpr const char* kNoPiece = " (no piece)";  // a row that the text was too short for

}  // namespace reprise
