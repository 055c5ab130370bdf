// What a SentencePiece model file says, read and checked before the library sees it.
//
// The file is a protobuf (sentencepiece_model.proto of google/sentencepiece). The library trusts
// it: crafted files make some versions read out of range (sentencepiece#1263, #1269, #156). So the
// wire format is walked here first, and everything that the library would follow is checked:
// lengths, piece texts, and every offset of the normalizer's trie.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace reprise {

enum class PieceType : uint8_t {
  normal = 1,
  unknown = 2,
  control = 3,
  user_defined = 4,
  unused = 5
};

struct Piece {
  std::string text;  // UTF-8; U+2581 stands for a space
  float score = 0;   // log probability; 0 for special pieces
  PieceType type = PieceType::normal;
};

struct SentencePieceModel {
  std::vector<Piece> pieces;  // by id; exactly one is of type unknown
  std::string rules;          // name of the normalization rules, "nfkc_cf" for instance
  std::string charsmap;       // the rules, compiled; empty: none
  bool add_dummy_prefix = true;
  bool remove_extra_whitespaces = true;
  bool escape_whitespaces = true;
};

inline constexpr std::string_view kSpaceMarker = "\xE2\x96\x81";  // U+2581, begins a piece that begins a word
// U+2585: the library gives it a meaning, and doesn't learn from sentences that have it.
inline constexpr std::string_view kReservedMark = "\xE2\x96\x85";
inline constexpr size_t kMaxModelBytes = size_t{64} << 20;
inline constexpr size_t kMaxPieceBytes = 1024;

// `name` is what errors call the file. Throws DataError for anything but a sound unigram model.
SentencePieceModel parse_sentencepiece_model(std::string_view bytes, const std::string& name);

// The file with every score rounded to a multiple of 2^-8, nothing else changed. Cutting text adds
// scores up; such numbers have exact sums in float (to 65,536) as in double, so that every program
// that reads the model settles ties in the same way. `bytes` is a sound model.
std::string with_rounded_scores(std::string bytes);

}  // namespace reprise
