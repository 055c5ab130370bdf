#include "data/examples.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <thread>

#include "tests/data/fixtures.h"

namespace reprise {
namespace {

using List = std::vector<int32_t>;

// Everything that Examples keeps references to.
struct Source {
  Corpus corpus = test::random_corpus(3, 30, 10, 12);
  std::vector<uint8_t> starts = std::vector<uint8_t>(6000, 1);
  List ordinary = {5, 6, 7};
  MaskingPieces pieces;
  PairSettings pairs{.max_length = 32};
  MaskingSettings masking;
  Source() {
    pieces.word_starts = starts;
    pieces.ordinary = ordinary;
  }
  Examples examples(uint64_t seed = 1) const {
    return Examples(corpus, pairs, pieces, masking, RandomKey(seed));
  }
};

// The text behind an example, which no other example of the epoch shares.
List unmasked(const Example& example) {
  List ids = example.ids;
  for (size_t m = 0; m < example.masked_positions.size(); ++m) {
    ids[static_cast<size_t>(example.masked_positions[m])] = example.masked_labels[m];
  }
  return ids;
}

TEST(Assemble, PutsSpecialPiecesAroundTheSegments) {
  const Corpus corpus = test::corpus_of({{2, 3}});
  const Pair pair{.a = 2, .b = 0, .a_length = 3, .b_length = 2, .label = 1};
  const Example two = assemble(pair, corpus, SentenceTask::sop, {});
  EXPECT_EQ(two.ids, (List{2, 7, 8, 9, 3, 5, 6, 3}));
  EXPECT_EQ(two.segments, (List{0, 0, 0, 0, 0, 1, 1, 1}));
  EXPECT_EQ(two.sentence_label, 1);
  const Example one = assemble({.a = 0, .a_length = 2}, corpus, SentenceTask::none, {});
  EXPECT_EQ(one.ids, (List{2, 5, 6, 3}));
  EXPECT_EQ(one.segments, (List{0, 0, 0, 0}));
  EXPECT_FALSE(one.sentence_label.has_value());
}

TEST(Examples, AreTheSameInAnyOrderOfAsking) {
  const Source source;
  const Examples forward = source.examples(), backward = source.examples();
  std::vector<Example> seen;
  for (int64_t n = 0; n < 300; ++n) seen.push_back(forward.example(n));
  for (int64_t n = 299; n >= 0; --n) {
    const Example example = backward.example(n);
    ASSERT_EQ(example.ids, seen[n].ids) << n;
    ASSERT_EQ(example.masked_labels, seen[n].masked_labels) << n;
  }
}

TEST(Examples, HaveEachOfAnEpochOnceAndAnotherOrderNext) {
  const Source source;
  const Examples examples = source.examples();
  const int64_t size = examples.first_epoch_size();
  ASSERT_EQ(size, static_cast<int64_t>(
                      pack_pairs(source.corpus, source.pairs, RandomKey(1).at(1), 0).size()));
  std::set<List> epoch;
  for (int64_t n = 0; n < size; ++n) epoch.insert(unmasked(examples.example(n)));
  EXPECT_EQ(static_cast<int64_t>(epoch.size()), size);
  EXPECT_FALSE(epoch.contains(unmasked(examples.example(size))) &&
               epoch.contains(unmasked(examples.example(size + 1))) &&
               epoch.contains(unmasked(examples.example(size + 2))));
}

TEST(Examples, AreShuffled) {
  const Source source;
  const Examples examples = source.examples();
  List firsts;
  for (int64_t n = 0; n < 20; ++n) firsts.push_back(unmasked(examples.example(n))[1]);
  EXPECT_FALSE(std::ranges::is_sorted(firsts));
}

// With nothing else to draw, the epochs differ by order and masks alone.
TEST(Examples, AreMaskedAnewInEveryEpoch) {
  Source source;
  source.corpus = test::corpus_of({{20}});
  source.pairs = {.max_length = 32, .task = SentenceTask::none, .short_sequence_probability = 0};
  const Examples examples = source.examples();
  ASSERT_EQ(examples.first_epoch_size(), 1);
  std::set<List> masks;
  for (int64_t n = 0; n < 10; ++n) masks.insert(examples.example(n).masked_positions);
  EXPECT_GT(masks.size(), 5u);
}

TEST(Examples, DependOnTheSeed) {
  const Source source;
  EXPECT_NE(source.examples(1).example(0).ids, source.examples(2).example(0).ids);
}

TEST(Examples, MayBeAskedByThreadsAtTheSameTime) {
  const Source source;
  const Examples examples = source.examples(), alone = source.examples();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int64_t n = t; n < 200; n += 4) {
        EXPECT_EQ(examples.example(n).ids.front(), 2);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(examples.example(150).ids, alone.example(150).ids);
}

}  // namespace
}  // namespace reprise
