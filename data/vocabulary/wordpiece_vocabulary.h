// WordPieceVocabulary: BERT's pieces. A word is cut into the longest piece that begins it, and so
// on for the rest, whose pieces are written with ## in front.
//
// Sources: google-research/bert, tokenization.py (WordpieceTokenizer), and huggingface/tokenizers'
// WordPiece with BertTokenizerFast's settings, whose ids these are for every text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/vocabulary/bert_words.h"
#include "data/vocabulary/piece_trie.h"
#include "data/vocabulary/vocabulary.h"

namespace reprise {

inline constexpr std::string_view kContinuing = "##";
inline constexpr size_t kLongestWord = 100;  // characters; a longer word is [UNK]

class WordPieceVocabulary : public Vocabulary {
 public:
  // From the content of vocab.txt: a piece a line, id 0 first; a byte order mark in front is
  // dropped. `name` is what errors call it.
  // Throws DataError naming the line for an empty or repeated piece and invalid UTF-8, and for a
  // vocabulary without [PAD], [UNK], [CLS], [SEP] or [MASK].
  WordPieceVocabulary(std::string bytes, const std::string& name, const BertTextRules& rules);

  int64_t size() const override { return static_cast<int64_t>(pieces_.size()); }
  // As Hugging Face's tokenizer, a special piece that is spelt in the text is that piece.
  std::vector<int32_t> encode(std::string_view sentence) const override;
  std::string text_of(int32_t id) const override;
  void write_files(int64_t max_length, const std::string& folder) const override;

  const std::vector<std::string_view>& pieces() const { return pieces_; }

 private:
  int32_t id_of(std::string_view piece, const std::string& name) const;
  void encode_plain(std::string_view text, BertWords& words, std::vector<int32_t>& ids) const;
  void encode_word(std::string_view word, size_t characters, std::vector<int32_t>& ids) const;

  BertTextRules rules_;
  std::vector<std::string_view> pieces_;  // in bytes_
  PieceTrie trie_;
  int32_t continuing_ = PieceTrie::kNone;  // the node behind ##
};

}  // namespace reprise
