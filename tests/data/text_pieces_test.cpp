#include "data/text_pieces.h"

#include <gtest/gtest.h>

#include "tests/data/fixtures.h"

namespace reprise::test {
namespace {

using Ids = std::vector<int32_t>;

// [CLS] and [SEP] around the first `a` pieces of one text and the first `b` of another
Ids expected(const Vocabulary& vocabulary, const Ids& first, int a, const Ids& second, int b) {
  Ids ids = {vocabulary.special().cls};
  ids.insert(ids.end(), first.begin(), first.begin() + a);
  ids.push_back(vocabulary.special().sep);
  ids.insert(ids.end(), second.begin(), second.begin() + b);
  ids.push_back(vocabulary.special().sep);
  return ids;
}

TEST(TextPieces, PutsSpecialPiecesAroundATextAndCutsItsEnd) {
  const SentencePieceVocabulary vocabulary = sample_vocabulary();
  const Ids pieces = vocabulary.encode("the people of the union");
  const Example whole = text_pieces("the people of the union", "", vocabulary, 128);
  EXPECT_EQ(std::ssize(whole.ids), std::ssize(pieces) + 2);
  EXPECT_EQ(whole.segments, std::vector<int32_t>(whole.ids.size(), 0));
  const Example cut = text_pieces("the people of the union", "", vocabulary, 5);
  EXPECT_EQ(cut.ids, Ids({2, pieces[0], pieces[1], pieces[2], 3}));
}

TEST(TextPieces, GivesAPairTwoSegments) {
  const SentencePieceVocabulary vocabulary = sample_vocabulary();
  const Ids a = vocabulary.encode("the people"), b = vocabulary.encode("must work");
  const Example pair = text_pieces("the people", "must work", vocabulary, 128);
  EXPECT_EQ(pair.ids, expected(vocabulary, a, static_cast<int>(a.size()), b, static_cast<int>(b.size())));
  EXPECT_EQ(pair.segments[a.size() + 1], 0);
  EXPECT_EQ(pair.segments[a.size() + 2], 1);
  EXPECT_EQ(pair.segments.back(), 1);
}

// As Transformers' truncation="longest_first" does.
TEST(TextPieces, CutsTheLongerTextOfAPairFirstThenBothByTurns) {
  const SentencePieceVocabulary vocabulary = sample_vocabulary();
  const std::string_view text = "the people of the union must work for the great year of peace";
  const std::string_view shorter = "congress and labour";
  const Ids a = vocabulary.encode(text), b = vocabulary.encode(shorter);
  const int all = static_cast<int>(b.size());
  ASSERT_GT(a.size(), b.size() + 4);
  EXPECT_EQ(text_pieces(text, shorter, vocabulary, 3 + all + all + 2).ids, expected(vocabulary, a, all + 2, b, all));
  EXPECT_EQ(text_pieces(shorter, text, vocabulary, 3 + all + all + 2).ids, expected(vocabulary, b, all, a, all + 2));
  EXPECT_EQ(text_pieces(text, shorter, vocabulary, 3 + 5).ids, expected(vocabulary, a, 3, b, 2));
  EXPECT_EQ(text_pieces(shorter, text, vocabulary, 3 + 5).ids, expected(vocabulary, b, 2, a, 3));
  EXPECT_EQ(text_pieces(text, text, vocabulary, 3 + 5).ids, expected(vocabulary, a, 2, a, 3));
}

}  // namespace
}  // namespace reprise::test
