#include "data/pairs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "core/error.h"
#include "tests/data/fixtures.h"

namespace reprise {
namespace {

using test::corpus_of;
using test::random_corpus;

std::vector<Pair> pack(const Corpus& corpus, const PairSettings& settings, uint64_t epoch = 0,
                       uint64_t seed = 1) {
  return pack_pairs(corpus, settings, RandomKey(seed), epoch);
}

// Document of a token.
int64_t document_of(const Corpus& corpus, int64_t token) {
  const auto sentence = std::upper_bound(corpus.sentences.begin(), corpus.sentences.end(), token) -
                        corpus.sentences.begin() - 1;
  return std::upper_bound(corpus.documents.begin(), corpus.documents.end(), sentence) -
         corpus.documents.begin() - 1;
}

TEST(Pairs, FitAndHaveTwoSegmentsOfOneDocument) {
  for (const Behaviour behaviour : {Behaviour::paper, Behaviour::released}) {
    for (uint32_t seed = 0; seed < 20; ++seed) {
      const Corpus corpus = random_corpus(seed, 12, 9, 25);
      const PairSettings settings{
          .max_length = 24, .short_sequence_probability = 0.3, .behaviour = behaviour};
      for (const Pair& pair : pack(corpus, settings)) {
        ASSERT_GE(pair.a_length, 1);
        ASSERT_GE(pair.b_length, 1);
        ASSERT_LE(pair.a_length + pair.b_length, 21);
        ASSERT_GE(std::min(pair.a, pair.b), 0);
        ASSERT_LE(std::max(pair.a + pair.a_length, pair.b + pair.b_length),
                  static_cast<int64_t>(corpus.tokens.size()));
        const int64_t a = document_of(corpus, pair.a);
        ASSERT_EQ(a, document_of(corpus, pair.a + pair.a_length - 1));
        ASSERT_EQ(document_of(corpus, pair.b), document_of(corpus, pair.b + pair.b_length - 1));
        if (behaviour == Behaviour::paper) {
          ASSERT_EQ(a, document_of(corpus, pair.b));
          ASSERT_EQ(pair.label, pair.a > pair.b);  // swapped, and nothing else
        }
      }
    }
  }
}

TEST(Pairs, SwapHalfOfTheTime) {
  const std::vector<Pair> pairs = pack(random_corpus(3, 400, 30, 9), {.max_length = 32});
  const auto swapped = std::ranges::count(pairs, 1, &Pair::label);
  EXPECT_GT(pairs.size(), 1000u);
  EXPECT_NEAR(static_cast<double>(swapped) / static_cast<double>(pairs.size()), 0.5, 0.05);
}

TEST(Pairs, UseAllTheTextWhenNothingIsTooLong) {
  const Corpus corpus = corpus_of({{3, 4}, {2, 2, 2}, {5}});
  std::vector<int> used(corpus.tokens.size());
  for (const Pair& pair : pack(corpus, {.max_length = 20, .short_sequence_probability = 0})) {
    for (int32_t i = 0; i < pair.a_length; ++i) ++used[pair.a + i];
    for (int32_t i = 0; i < pair.b_length; ++i) ++used[pair.b + i];
  }
  EXPECT_EQ(used, std::vector<int>(18, 1));
}

TEST(Pairs, AreAFunctionOfSeedAndEpoch) {
  const Corpus corpus = random_corpus(5, 40, 12, 20);
  const PairSettings settings{.max_length = 40};
  EXPECT_EQ(pack(corpus, settings, 3), pack(corpus, settings, 3));
  EXPECT_NE(pack(corpus, settings, 3), pack(corpus, settings, 4));
  EXPECT_NE(pack(corpus, settings, 3, 1), pack(corpus, settings, 3, 2));
}

TEST(Pairs, ShortTargetsAreUniform) {
  const Corpus corpus = corpus_of({std::vector<int>(20000, 1)});
  std::map<int, int> lengths;
  const std::vector<Pair> pairs = pack(corpus, {.max_length = 13, .short_sequence_probability = 1});
  for (const Pair& pair : pairs) ++lengths[pair.a_length + pair.b_length];
  for (int length = 2; length <= 10; ++length) {
    EXPECT_NEAR(static_cast<double>(lengths[length]) / static_cast<double>(pairs.size()), 1 / 9.0,
                0.02)
        << length;
  }
  EXPECT_EQ(lengths.size(), 9u);
  for (const Pair& pair : pack(corpus, {.max_length = 13, .short_sequence_probability = 0})) {
    ASSERT_EQ(pair.a_length + pair.b_length, 10);
  }
}

TEST(Pairs, LongSentenceIsCutInTwoOrPairedAtRandom) {
  const Corpus corpus = corpus_of({{500}, {500}});
  for (const Pair& pair : pack(corpus, {.max_length = 16})) {
    EXPECT_EQ(document_of(corpus, pair.a), document_of(corpus, pair.b));
    EXPECT_EQ(pair.a_length + pair.b_length, 13);
  }
  for (const Pair& pair : pack(corpus, {.max_length = 16, .behaviour = Behaviour::released})) {
    EXPECT_NE(document_of(corpus, pair.a), document_of(corpus, pair.b));
    EXPECT_EQ(pair.label, 1);
  }
}

TEST(Pairs, TruncateTheLongerSideAtBothEnds) {
  const Corpus corpus = corpus_of({{4, 1000}});
  int front = 0, back = 0;
  for (uint64_t epoch = 0; epoch < 50; ++epoch) {
    Pair pair = pack(corpus, {.max_length = 23, .short_sequence_probability = 0}, epoch).at(0);
    if (pair.label) std::swap(pair.a, pair.b), std::swap(pair.a_length, pair.b_length);
    EXPECT_EQ(pair.a, 0);
    EXPECT_EQ(pair.a_length, 4);
    EXPECT_EQ(pair.b_length, 16);
    front += pair.b > 400;
    back += pair.b < 600;
  }
  EXPECT_EQ(front, 50);  // about half of the 984 go at each end
  EXPECT_EQ(back, 50);
}

TEST(Pairs, NextSentenceTakesOtherDocumentsHalfOfTheTime) {
  const Corpus corpus = random_corpus(7, 300, 20, 9);
  const std::vector<Pair> pairs =
      pack(corpus, {.max_length = 32, .task = SentenceTask::nsp, .short_sequence_probability = 0});
  int64_t random = 0;
  for (const Pair& pair : pairs) {
    ASSERT_EQ(pair.label, document_of(corpus, pair.a) != document_of(corpus, pair.b));
    ASSERT_LE(pair.a_length + pair.b_length, 29);
    random += pair.label;
  }
  EXPECT_NEAR(static_cast<double>(random) / static_cast<double>(pairs.size()), 0.55, 0.07);
}

TEST(Pairs, UnusedSentencesGoBackAfterARandomSegment) {
  const Corpus corpus = random_corpus(9, 60, 20, 6);
  std::vector<int> used(corpus.tokens.size());
  for (const Pair& pair :
       pack(corpus,
            {.max_length = 200, .task = SentenceTask::nsp, .short_sequence_probability = 0})) {
    for (int32_t i = 0; i < pair.a_length; ++i) ++used[pair.a + i];
    if (pair.label) continue;
    for (int32_t i = 0; i < pair.b_length; ++i) ++used[pair.b + i];
  }
  EXPECT_EQ(used, std::vector<int>(used.size(), 1));
}

TEST(Pairs, SingleSegmentTask) {
  const Corpus corpus = corpus_of({{3, 4, 5}, {100}, {1}});
  const std::vector<Pair> pairs =
      pack(corpus, {.max_length = 10, .task = SentenceTask::none, .short_sequence_probability = 0});
  ASSERT_EQ(pairs.size(), 3u);
  for (const Pair& pair : pairs) {
    EXPECT_EQ(pair.b_length, 0);
    EXPECT_EQ(pair.label, 0);
  }
  EXPECT_EQ(pairs[0].a_length, 8);
  EXPECT_EQ(pairs[1].a_length, 8);
  EXPECT_EQ(pairs[2].a_length, 1);
}

TEST(Pairs, SayWhyNothingCanBePacked) {
  EXPECT_THROW(pack(corpus_of({{1}, {1}}), {}), DataError);
  EXPECT_THROW(pack(corpus_of({}), {.task = SentenceTask::none}), DataError);
  EXPECT_THROW(pack(corpus_of({{9, 9}}), {.task = SentenceTask::nsp}), DataError);
  EXPECT_THROW(pack(corpus_of({{9, 9}}), {.max_length = 4}), ConfigError);
  EXPECT_EQ(pack(corpus_of({{9, 9}}), {.max_length = 5}).at(0).a_length, 1);
}

// One document only: the released code takes unrelated text from the document itself.
TEST(Pairs, ReleasedNextSentenceWorksWithOneDocument) {
  const Corpus corpus = corpus_of({{4, 4, 4, 4}});
  EXPECT_FALSE(
      pack(corpus, {.max_length = 12, .task = SentenceTask::nsp, .behaviour = Behaviour::released})
          .empty());
}

}  // namespace
}  // namespace reprise
