#include "data/masking.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>

namespace reprise {
namespace {

// 100 pieces, of which those with an even id begin a word; 0 to 4 are special.
struct Pieces {
  std::vector<uint8_t> starts;
  std::vector<int32_t> ordinary;
  MaskingPieces pieces;
  Pieces() : starts(100), ordinary(95) {
    for (size_t id = 0; id < 100; ++id) starts[id] = id % 2 == 0;
    std::iota(ordinary.begin(), ordinary.end(), 5);
    pieces.word_starts = starts;
    pieces.ordinary = ordinary;
  }
};
const Pieces kPieces;

// [CLS] a [SEP] b [SEP] with `tokens` tokens in all; words of `word` pieces.
Example example_of(int tokens, int word = 1) {
  Example example;
  for (int i = 0; i < tokens; ++i) example.ids.push_back(i % word == 0 ? 6 + 2 * (i % 40) : 7);
  example.ids.front() = 2;
  example.ids[static_cast<size_t>(tokens) / 2] = 3;
  example.ids.back() = 3;
  example.segments.assign(static_cast<size_t>(tokens), 0);
  return example;
}

Example masked(Example example, const MaskingSettings& settings, uint64_t key) {
  mask_tokens(example, kPieces.pieces, settings, RandomKey(key));
  return example;
}

TEST(Masking, MasksTheShareAndNeverSpecialPieces) {
  const Example before = example_of(64);
  for (uint64_t key = 0; key < 200; ++key) {
    const Example after = masked(before, {}, key);
    ASSERT_EQ(after.masked_positions.size(), 10u);  // 9.6 rounded
    ASSERT_TRUE(std::ranges::is_sorted(after.masked_positions));
    for (size_t m = 0; m < 10; ++m) {
      const auto position = static_cast<size_t>(after.masked_positions[m]);
      ASSERT_EQ(after.masked_labels[m], before.ids[position]);
      ASSERT_GT(after.masked_labels[m], 4);
    }
    for (size_t p = 0; p < 64; ++p) {
      const bool chosen = std::ranges::count(after.masked_positions, static_cast<int32_t>(p)) > 0;
      ASSERT_TRUE(chosen || after.ids[p] == before.ids[p]);
    }
  }
}

TEST(Masking, IsAFunctionOfTheKey) {
  const Example before = example_of(64);
  EXPECT_EQ(masked(before, {}, 1).ids, masked(before, {}, 1).ids);
  EXPECT_NE(masked(before, {}, 1).masked_positions, masked(before, {}, 2).masked_positions);
}

TEST(Masking, RoundsAndKeepsToTheLimits) {
  EXPECT_EQ(masked(example_of(4), {}, 1).masked_positions.size(), 1u);   // 0.6: at least one
  EXPECT_EQ(masked(example_of(30), {}, 1).masked_positions.size(), 4u);  // 4.5: to the even one
  EXPECT_EQ(masked(example_of(64), {.max_predictions = 3}, 1).masked_positions.size(), 3u);
  EXPECT_EQ(masked(example_of(16), {.probability = 1}, 1).masked_positions.size(), 13u);
}

TEST(Masking, EightyTenTen) {
  const Example before = example_of(64);
  double mask = 0, kept = 0, other = 0;
  for (uint64_t key = 0; key < 2000; ++key) {
    const Example after = masked(before, {}, key);
    for (size_t m = 0; m < after.masked_positions.size(); ++m) {
      const int32_t id = after.ids[static_cast<size_t>(after.masked_positions[m])];
      (id == 4 ? mask : id == after.masked_labels[m] ? kept : other) += 1;
    }
  }
  const double all = mask + kept + other;
  EXPECT_NEAR(mask / all, 0.8, 0.01);
  EXPECT_NEAR(kept / all, 0.1 + 0.1 / 95, 0.01);
  EXPECT_NEAR(other / all, 0.1, 0.01);
}

TEST(Masking, RandomPiecesAreSpecialOnlyInTheReleasedBehaviour) {
  for (const Behaviour behaviour : {Behaviour::paper, Behaviour::released}) {
    std::map<int32_t, int> drawn;
    for (uint64_t key = 0; key < 2000; ++key) {
      const Example after =
          masked(example_of(64), {.mask_share = 0, .random_share = 1, .behaviour = behaviour}, key);
      for (const int32_t position : after.masked_positions) ++drawn[after.ids[position]];
    }
    EXPECT_EQ(drawn.contains(0), behaviour == Behaviour::released);
    EXPECT_EQ(drawn.contains(4), behaviour == Behaviour::released);
    EXPECT_TRUE(drawn.contains(5));
    EXPECT_TRUE(drawn.contains(99));
    EXPECT_EQ(drawn.size(), behaviour == Behaviour::released ? 100u : 95u);
  }
}

TEST(Masking, WholeWordsGoTogether) {
  const Example before = example_of(60, 3);
  for (uint64_t key = 0; key < 200; ++key) {
    const Example after = masked(before, {.strategy = MaskingStrategy::whole_word}, key);
    std::vector<bool> taken(60);
    for (const int32_t position : after.masked_positions) taken[position] = true;
    ASSERT_LE(after.masked_positions.size(), 9u);
    ASSERT_GE(after.masked_positions.size(), 6u);
    for (size_t p = 1; p < 60; ++p) {
      const bool continues = before.ids[p] == 7 && before.ids[p - 1] > 4;
      ASSERT_TRUE(!continues || taken[p] == taken[p - 1]) << p;
    }
  }
}

TEST(Masking, MasksAPieceOfAWordThatIsTooLong) {
  const Example before = example_of(12, 12);  // both words have more pieces than 2
  const Example after = masked(before, {.strategy = MaskingStrategy::whole_word}, 3);
  EXPECT_EQ(after.masked_positions.size(), 1u);
}

// Runs of n words with p(n) = 1/n / (1 + 1/2 + 1/3); in a long text they rarely touch.
TEST(Masking, NGramsHaveTheirDistribution) {
  Example before;
  for (int i = 0; i < 4000; ++i) before.ids.push_back(6 + 2 * (i % 40));
  before.segments.assign(4000, 0);
  std::map<int, double> runs;
  double all = 0;
  for (uint64_t key = 0; key < 100; ++key) {
    const Example after =
        masked(before, {.strategy = MaskingStrategy::ngram, .probability = 0.01}, key);
    for (size_t m = 0; m < after.masked_positions.size();) {
      int length = 1;
      while (m + length < after.masked_positions.size() &&
             after.masked_positions[m + length] == after.masked_positions[m] + length) {
        ++length;
      }
      ++runs[length];
      ++all;
      m += length;
    }
  }
  EXPECT_NEAR(runs[1] / all, 6 / 11.0, 0.03);
  EXPECT_NEAR(runs[2] / all, 3 / 11.0, 0.03);
  EXPECT_NEAR(runs[3] / all, 2 / 11.0, 0.03);
}

// Words at 1 | 3, 4, 5, 6, 7, 8, two predictions. Together, 1 and 3 come from a run across the
// separator, or, rarely, from two runs of one word.
TEST(Masking, NGramsCrossTheSeparatorOnlyInTheReleasedBehaviour) {
  Example before;
  before.ids = {2, 6, 3, 10, 12, 14, 16, 18, 20, 3};
  before.segments.resize(10);
  const auto share = [&](Behaviour behaviour) {
    double across = 0;
    for (uint64_t key = 0; key < 1000; ++key) {
      const MaskingSettings settings{
          .strategy = MaskingStrategy::ngram, .probability = 0.2, .behaviour = behaviour};
      across += masked(before, settings, key).masked_positions == std::vector<int32_t>{1, 3};
    }
    return across / 1000;
  };
  EXPECT_LT(share(Behaviour::paper), 0.05);
  EXPECT_GT(share(Behaviour::released), 0.07);
}

TEST(Masking, LeavesAnExampleOfSpecialPiecesAlone) {
  Example before;
  before.ids = {2, 3};
  before.segments = {0, 0};
  const Example after = masked(before, {}, 1);
  EXPECT_TRUE(after.masked_positions.empty());
}

}  // namespace
}  // namespace reprise
