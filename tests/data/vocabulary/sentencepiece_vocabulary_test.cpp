#include "data/vocabulary/sentencepiece_vocabulary.h"

#include <gtest/gtest.h>

#include "core/error.h"
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
