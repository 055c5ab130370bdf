#include "data/vocabulary/sentencepiece_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "core/error.h"
#include "data/vocabulary/sentencepiece_vocabulary.h"
#include "tests/core/expect_error.h"
#include "tests/data/fixtures.h"

namespace reprise {
namespace {

using test::bytes_field;
using test::piece_field;
using test::sample_model;
using test::special_fields;
using test::varint;

void expect_refused(const std::string& bytes, const std::string& part) {
  test::expect_error([&] { parse_sentencepiece_model(bytes, "m.model"); }, ExitCode::data, part);
}

std::string trainer_spec(std::initializer_list<std::pair<uint32_t, uint64_t>> fields) {
  std::string spec;
  for (const auto& [number, value] : fields) spec += varint(number << 3) + varint(value);
  return bytes_field(2, spec);
}

TEST(SentencePieceModel, ReadsWhatTheLibraryWrites) {
  const SentencePieceModel model = parse_sentencepiece_model(sample_model(), "sample");
  ASSERT_GE(model.pieces.size(), 20u);
  EXPECT_EQ(model.pieces[0].text, "<pad>");
  EXPECT_EQ(model.pieces[0].type, PieceType::control);
  EXPECT_EQ(model.pieces[1].type, PieceType::unknown);
  EXPECT_EQ(model.pieces[4].text, "[MASK]");
  EXPECT_EQ(model.pieces[5].type, PieceType::normal);
  EXPECT_LT(model.pieces.back().score, 0);
  EXPECT_EQ(model.rules, "nfkc_cf");
  EXPECT_GT(model.charsmap.size(), 100000u);
}

TEST(SentencePieceModel, RoundedScoresAreMultiples) {
  const SentencePieceModel model = parse_sentencepiece_model(sample_model(), "sample");
  for (const Piece& piece : model.pieces) {
    EXPECT_EQ(piece.score * 256, std::nearbyint(piece.score * 256)) << piece.text;
  }
}

TEST(SentencePieceModel, RefusesWhatIsNoModel) {
  expect_refused("", "0 pieces of type unknown");
  expect_refused("hello world", "m.model: not a");
  expect_refused(std::string(11, '\xFF'), "number of more than ten bytes");
  expect_refused(bytes_field(1, "abc").substr(0, 4), "wants 3 bytes where 2 are left");
  expect_refused(varint(1 << 3 | 2) + varint(~uint64_t{0}), "where 0 are left");
  expect_refused(varint(1 << 3 | 3), "wire type 3");
  expect_refused(special_fields() + bytes_field(9, ""), "field 9");
  expect_refused(special_fields() + varint(1 << 3) + varint(1), "wire type 0");
  expect_refused(special_fields() + bytes_field(3, "") + bytes_field(3, ""),
                 "field 3 is there twice");
  expect_refused(special_fields() + bytes_field(2, ""), "field 3 is missing");
}

TEST(SentencePieceModel, RefusesDamagedPieces) {
  expect_refused(special_fields() + piece_field("", 0, 1), "piece 5 has 0 bytes");
  expect_refused(special_fields() + piece_field(std::string(1025, 'x'), 0, 1), "piece 5 has 1025");
  expect_refused(special_fields() + piece_field("a\xFF", 0, 1), "not valid UTF-8");
  expect_refused(special_fields() + piece_field(std::string("a\0b", 3), 0, 1), "not valid UTF-8");
  expect_refused(special_fields() + piece_field("a", NAN, 1), "score nan");
  expect_refused(special_fields() + piece_field("a", INFINITY, 1), "score inf");
  expect_refused(special_fields() + piece_field("a", 0, 6), "type 6");
  expect_refused(special_fields() + piece_field("[CLS]", 0, 1), "'[CLS]' is there twice");
  expect_refused(special_fields() + piece_field("<u>", 0, 2), "2 pieces of type unknown");
}

TEST(SentencePieceModel, RefusesOtherKindsOfModel) {
  expect_refused(special_fields() + trainer_spec({{3, 2}}), "type 2");
  expect_refused(special_fields() + trainer_spec({{35, 1}}), "byte_fallback");
  expect_refused(special_fields() + trainer_spec({{24, 1}}), "treat_whitespace_as_suffix");
}

// The trie of the normalizer: a unit that leads out of it must not reach the library.
TEST(SentencePieceModel, RefusesDamagedRules) {
  const auto with_rules = [](const std::string& charsmap) {
    return special_fields() + piece_field("a", -1, 1) + bytes_field(2, "") +
           bytes_field(3, bytes_field(2, charsmap));
  };
  const auto number = [](uint32_t value) {
    return std::string(reinterpret_cast<char*>(&value), 4);
  };
  const std::string leaves(255 * 4, '\x80');  // units with the top bit: values
  const std::string end(1, '\0');
  EXPECT_NO_THROW(
      parse_sentencepiece_model(with_rules(number(1024) + number(0) + leaves + end), "m"));
  expect_refused(with_rules("ab"), "no size");
  expect_refused(with_rules(number(1024) + number(0)), "longer than the file says");
  expect_refused(with_rules(number(0xFFFFFFFF) + number(0) + leaves + end), "longer than the file");
  expect_refused(with_rules(number(3) + "abc" + end), "no whole units");
  expect_refused(with_rules(number(0) + end), "no whole units");
  expect_refused(with_rules(number(1024) + number(0) + leaves + "x"), "an unended replacement");
  expect_refused(with_rules(number(1024) + number(0) + leaves + "\xFF" + end), "not valid UTF-8");
  expect_refused(with_rules(number(1024) + number(1 << 10 | 1 << 9) + leaves + end),
                 "leaves the trie");
  expect_refused(with_rules(number(1024) + number(0x7FFFFC00) + leaves + end), "leaves the trie");
  expect_refused(with_rules(number(1024) + number(1 << 10 | 1 << 8) + leaves + end),
                 "leaves the replacements");
}

// Whatever passes the check must be safe in the library's hands too (run with AddressSanitizer).
TEST(SentencePieceModel, SurvivesMutations) {
  std::mt19937 random(11);
  int loaded = 0;
  for (int round = 0; round < 400; ++round) {
    std::string bytes = sample_model();
    // Most of the file is rules; aim half of the changes at the pieces and specs around them.
    for (uint32_t change = 0; change <= random() % 2; ++change) {
      const size_t range = round % 2 ? bytes.size() : std::min<size_t>(bytes.size(), 1500);
      size_t at = random() % range;
      if (round % 4 == 0) at = bytes.size() - 1 - at;
      switch (round % 3 == 0 ? random() % 3 : 0) {
        case 0:
          bytes[at] = static_cast<char>(random());
          break;
        case 1:
          bytes.erase(at, 1 + random() % 4);
          break;
        default:
          bytes.insert(at, 1, static_cast<char>(random()));
      }
    }
    try {
      const SentencePieceVocabulary vocabulary(bytes, "mutated");
      for (const char* text :
           {"the people of the union", "Ünïcödé ﬁ Ⅷ", "\xF0\x9F\x98\x80 x", ""}) {
        for (const int32_t id : vocabulary.encode(text)) ASSERT_LT(id, vocabulary.size());
      }
      ++loaded;
    } catch (const Error&) {
    }
  }
  EXPECT_GT(loaded, 20);
}

TEST(SentencePieceModel, SurvivesTruncation) {
  const std::string& model = sample_model();
  for (size_t length = 0; length < 1500; length += 7) {
    EXPECT_THROW(SentencePieceVocabulary(model.substr(0, length), "cut"), DataError) << length;
  }
}

}  // namespace
}  // namespace reprise
