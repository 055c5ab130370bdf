#include "data/vocabulary/wordpiece_training.h"

#include <gtest/gtest.h>

#include <set>

#include "core/error.h"
#include "data/vocabulary/wordpiece_vocabulary.h"
#include "tests/core/expect_error.h"
#include "tests/data/fixtures.h"

namespace reprise {
namespace {

std::string trained(const std::vector<std::string_view>& sentences, VocabularyTraining settings) {
  settings.type = VocabularyType::wordpiece;
  return train_wordpiece(sentences, settings);
}

std::vector<std::string_view> sample() {
  return {test::sample_sentences().begin(), test::sample_sentences().end()};
}

TEST(WordPieceTraining, LearnsTheWordsOfTheText) {
  const WordPieceVocabulary vocabulary(trained(sample(), {.size = 200}), "trained", {});
  EXPECT_LE(vocabulary.size(), 200);
  const std::set<std::string_view> pieces(vocabulary.pieces().begin(), vocabulary.pieces().end());
  EXPECT_EQ(vocabulary.special().pad, 0);
  EXPECT_EQ(vocabulary.special().mask, 4);
  for (const char* word : {"the", "people", "congress", "t", "##t", "."})
    EXPECT_TRUE(pieces.contains(word)) << word;
  EXPECT_FALSE(pieces.contains("##."));  // never inside a word
  EXPECT_EQ(vocabulary.encode("The people").size(), 2u);
}

TEST(WordPieceTraining, IsAFunctionOfTheText) {
  EXPECT_EQ(trained(sample(), {.size = 80}), trained(sample(), {.size = 80}));
  EXPECT_NE(trained(sample(), {.size = 80}), trained(sample(), {.size = 80, .max_sentences = 3}));
  const WordPieceVocabulary vocabulary(trained(sample(), {.size = 80}), "trained", {});
  EXPECT_EQ(vocabulary.size(), 80);
}

TEST(WordPieceTraining, KeepsCapitalsWhereAskedTo) {
  const WordPieceVocabulary cased(trained({"Ab ab Ab"}, {.size = 50, .lower_case = false}), "cased",
                                  {.lower_case = false});
  EXPECT_NE(cased.encode("Ab"), cased.encode("ab"));
  const WordPieceVocabulary uncased(trained({"Ab ab Ab"}, {.size = 50}), "uncased", {});
  EXPECT_EQ(uncased.encode("Ab"), uncased.encode("ab"));
}

// The library gives some characters a meaning, and ends the process where nothing is left.
TEST(WordPieceTraining, HandlesOddTexts) {
  for (const char* text : {"", " ", "▁", "▅ a▅", "\t", "\x01", "\xC2\xAD"}) {
    test::expect_error([&] { trained({text}, {.size = 100}); }, ExitCode::data, "no letters");
  }
  for (const char* text :
       {"a", "[CLS]", "漢", "\xF0\x9F\x98\x80", "a\tb", "e\xCC\x81", "!", "<unk> </s>"}) {
    EXPECT_GE(WordPieceVocabulary(trained({text}, {.size = 100}), "odd", {}).size(), 6) << text;
  }
}

TEST(WordPieceTraining, SaysWhenThereAreMoreCharactersThanPieces) {
  test::expect_error([] { trained(sample(), {.size = 12}); }, ExitCode::data, "12 pieces");
}

}  // namespace
}  // namespace reprise
