#include "data/vocabulary/wordpiece_vocabulary.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/error.h"
#include "core/printable.h"
#include "data/lines.h"
#include "data/utf8.h"

namespace reprise {

namespace {

constexpr std::string_view kPad = "[PAD]", kUnknown = "[UNK]", kCls = "[CLS]", kSep = "[SEP]",
                           kMask = "[MASK]";

// The last line may lack its end. A piece has no white space at its end: it belongs to the line's.
std::vector<std::string_view> lines_of(std::string_view bytes) {
  std::vector<std::string_view> lines;
  while (!bytes.empty()) {
    const size_t end = bytes.find('\n');
    std::string_view line = bytes.substr(0, end);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t')) {
      line.remove_suffix(1);
    }
    lines.push_back(line);
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
  }
  return lines;
}

}  // namespace

WordPieceVocabulary::WordPieceVocabulary(std::string bytes, const std::string& name,
                                         const BertTextRules& rules)
    : Vocabulary(std::string(without_byte_order_mark(bytes))),
      rules_(rules),
      pieces_(lines_of(bytes_)) {
  for (size_t line = 0; line < pieces_.size(); ++line) {
    const std::string_view piece = pieces_[line];
    if (piece.empty()) throw DataError("{}:{}: an empty line; each is a piece", name, line + 1);
    if (!is_utf8(piece)) throw DataError("{}:{}: not valid UTF-8", name, line + 1);
    const int32_t node = trie_.find(piece);
    if (node != PieceTrie::kNone && trie_.value(node) != PieceTrie::kNone) {
      throw DataError("{}:{}: the piece '{}' is there already, in line {}", name, line + 1,
                      printable(piece), trie_.value(node) + 1);
    }
    trie_.add(piece, static_cast<int32_t>(line));
  }
  special_ = {id_of(kPad, name), id_of(kUnknown, name), id_of(kCls, name), id_of(kSep, name),
              id_of(kMask, name)};
  if (trie_.find(kContinuing) == PieceTrie::kNone) trie_.add(kContinuing, PieceTrie::kNone);
  continuing_ = trie_.find(kContinuing);
  for (size_t id = 0; id < pieces_.size(); ++id) {
    const std::string_view piece = pieces_[id];
    word_starts_.push_back(!piece.starts_with(kContinuing));
    // Special pieces and Google's places for new ones, [unused0] and on.
    const bool reserved = piece.size() > 2 && piece.front() == '[' && piece.back() == ']';
    if (!reserved) ordinary_.push_back(static_cast<int32_t>(id));
  }
  if (ordinary_.empty()) throw DataError("{}: no piece of the vocabulary stands for text", name);
}

int32_t WordPieceVocabulary::id_of(std::string_view piece, const std::string& name) const {
  const int32_t node = trie_.find(piece);
  if (node == PieceTrie::kNone || trie_.value(node) == PieceTrie::kNone) {
    throw DataError(
        "{}: the vocabulary has no piece {}; a WordPiece vocabulary needs [PAD], [UNK], [CLS], "
        "[SEP] and "
        "[MASK]",
        name, piece);
  }
  return trie_.value(node);
}

std::string WordPieceVocabulary::text_of(int32_t id) const {
  if (id < 0 || id >= size()) return kNoPiece;
  const std::string_view piece = pieces_[static_cast<size_t>(id)];
  if (piece.starts_with(kContinuing)) return std::string(piece.substr(kContinuing.size()));
  return " " + std::string(piece);
}

std::vector<int32_t> WordPieceVocabulary::encode(std::string_view sentence) const {
  const std::array<std::pair<std::string_view, int32_t>, 5> specials = {
      {{kPad, special_.pad},
       {kUnknown, special_.unknown},
       {kCls, special_.cls},
       {kSep, special_.sep},
       {kMask, special_.mask}}};
  std::vector<int32_t> ids;
  BertWords words(rules_);
  size_t plain = 0;  // where the text since the last special piece begins
  for (size_t at = sentence.find('['); at != std::string_view::npos; at = sentence.find('[', at)) {
    const auto* found = std::ranges::find_if(specials, [&](const auto& special) {
      return sentence.substr(at).starts_with(special.first);
    });
    if (found == specials.end()) {
      ++at;
      continue;
    }
    encode_plain(sentence.substr(plain, at - plain), words, ids);
    ids.push_back(found->second);
    plain = at += found->first.size();
  }
  encode_plain(sentence.substr(plain), words, ids);
  return ids;
}

void WordPieceVocabulary::encode_plain(std::string_view text, BertWords& words,
                                       std::vector<int32_t>& ids) const {
  words.each(text,
             [&](std::string_view word, size_t characters) { encode_word(word, characters, ids); });
}

void WordPieceVocabulary::encode_word(std::string_view word, size_t characters,
                                      std::vector<int32_t>& ids) const {
  const size_t before = ids.size();
  int32_t node = characters > kLongestWord ? PieceTrie::kNone : PieceTrie::kRoot;
  for (size_t begin = 0; begin < word.size();) {
    int32_t longest = PieceTrie::kNone;
    size_t end = begin;
    for (size_t at = begin; node != PieceTrie::kNone;) {
      if (trie_.value(node) != PieceTrie::kNone && at > begin) {
        longest = trie_.value(node);
        end = at;
      }
      if (at == word.size()) break;
      node = trie_.step(node, static_cast<uint8_t>(word[at++]));
    }
    if (longest ==
        PieceTrie::kNone) {  // one part that no piece covers makes the whole word unknown
      ids.resize(before);
      ids.push_back(special_.unknown);
      return;
    }
    ids.push_back(longest);
    begin = end;
    node = continuing_;
  }
}

}  // namespace reprise
