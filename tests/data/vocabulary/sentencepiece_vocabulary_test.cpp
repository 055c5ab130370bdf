#include "data/vocabulary/sentencepiece_vocabulary.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "data/lines.h"
#include "tests/core/expect_error.h"
#include "tests/data/fixtures.h"

namespace reprise {
namespace {

using test::sample_vocabulary;

TEST(SentencePieceVocabulary, HasSpecialPiecesFirst) {
  const SentencePieceVocabulary vocabulary = sample_vocabulary();
  EXPECT_EQ(vocabulary.special().pad, 0);
  EXPECT_EQ(vocabulary.special().unknown, 1);
  EXPECT_EQ(vocabulary.special().cls, 2);
  EXPECT_EQ(vocabulary.special().sep, 3);
  EXPECT_EQ(vocabulary.special().mask, 4);
  EXPECT_EQ(vocabulary.ordinary().front(), 5);
  EXPECT_EQ(static_cast<int64_t>(vocabulary.ordinary().size()), vocabulary.size() - 5);
}

TEST(SentencePieceVocabulary, EncodesWordsThatItKnows) {
  const SentencePieceVocabulary vocabulary = sample_vocabulary();
  std::string text;
  for (const int32_t id : vocabulary.encode("  The  People of UNION")) {
    ASSERT_GE(id, 5);
    text += vocabulary.model().pieces[static_cast<size_t>(id)].text;
  }
  EXPECT_EQ(text, "▁the▁people▁of▁union");  // one space, lower case
  EXPECT_EQ(vocabulary.encode("漢字").back(), 1);
  EXPECT_TRUE(vocabulary.encode("").empty());
  EXPECT_TRUE(vocabulary.encode("   ").empty());
}

using Ids = std::vector<int32_t>;

// Sentences of 100 KB in all, one after the other.
std::string long_text() {
  std::string text;
  while (text.size() < 100'000) {
    for (const std::string& sentence : test::sample_sentences()) text += sentence + " ";
  }
  return text;
}

TEST(SentencePieceVocabulary, EncodesALongTextAsItsWords) {
  const SentencePieceVocabulary vocabulary = sample_vocabulary();
  const std::string text = long_text();
  Ids expected;
  for_each_word(text, [&](std::string_view word) {
    const Ids ids = vocabulary.encode(word);
    expected.insert(expected.end(), ids.begin(), ids.end());
  });
  EXPECT_EQ(vocabulary.encode(text), expected);
}

// Joined by the library, a run of any length is one <unk>; that takes the square of its length.
TEST(SentencePieceVocabulary, CutsALongRunOfUnknownCharacters) {
  const SentencePieceVocabulary vocabulary = sample_vocabulary();
  std::string run;
  while (run.size() < 40'000) run += "한";
  const Ids chunk = vocabulary.encode("한");
  EXPECT_EQ(vocabulary.encode(run.substr(0, 15'000)), chunk);
  Ids expected;
  for (int i = 0; i < 3; ++i) expected.insert(expected.end(), chunk.begin(), chunk.end());
  EXPECT_EQ(vocabulary.encode(run), expected);
}

// Its first word would lose the space before it.
TEST(SentencePieceVocabulary, LeavesTextsWholeForAModelWithoutSpaceInFront) {
  const std::string model = test::special_fields() + test::piece_field("▁", -2, 1) +
                            test::piece_field("a", -1, 1) + test::piece_field("▁a", -1, 1) +
                            test::bytes_field(2, "") +
                            test::bytes_field(3, test::varint(3 << 3) + test::varint(0));
  std::string text = "a";
  while (text.size() < 40'000) text += " a";
  Ids expected(text.size() / 2 + 1, 7);
  expected.front() = 6;
  EXPECT_EQ(SentencePieceVocabulary(model, "m").encode(text), expected);
}

TEST(SentencePieceVocabulary, MarksThePiecesThatBeginWords) {
  const SentencePieceVocabulary vocabulary = sample_vocabulary();
  for (int64_t id = 0; id < vocabulary.size(); ++id) {
    EXPECT_EQ(vocabulary.word_starts()[id] != 0,
              vocabulary.model().pieces[id].text.starts_with("▁"));
  }
}

TEST(SentencePieceVocabulary, NeedsItsSpecialPieces) {
  const std::string specs = test::bytes_field(2, "") + test::bytes_field(3, "");
  const std::string model = test::piece_field("<pad>", 0, 3) + test::piece_field("<unk>", 0, 2) +
                            test::piece_field("[CLS]", 0, 3) + test::piece_field("[SEP]", 0, 3) +
                            test::piece_field("a", -1, 1) + specs;
  test::expect_error([&] { SentencePieceVocabulary(model, "m.model"); }, ExitCode::data,
                     "no piece [MASK]");
  test::expect_error([&] { SentencePieceVocabulary(test::special_fields() + specs, "m.model"); },
                     ExitCode::data, "stands for text");
}

}  // namespace
}  // namespace reprise
