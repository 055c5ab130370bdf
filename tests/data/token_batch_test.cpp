#include "data/token_batch.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace reprise {
namespace {

std::vector<int32_t> list(const Tensor& tensor) {
  const auto values = tensor.values<int32_t>();
  return {values.begin(), values.end()};
}
using List = std::vector<int32_t>;

const Example kFirst{.ids = {2, 4, 3},
                     .segments = {0, 0, 1},
                     .masked_positions = {1},
                     .masked_labels = {9},
                     .sentence_label = 1};
const Example kSecond{.ids = {2, 7, 8, 4, 3},
                      .segments = {0, 0, 0, 1, 1},
                      .masked_positions = {2, 3},
                      .masked_labels = {8, 5},
                      .sentence_label = 0};

TEST(TokenBatch, LaysSequencesBackToBack) {
  const TokenBatch batch = make_batch(std::vector{kFirst, kSecond}, 6, 10);
  EXPECT_EQ(list(batch.ids), (List{2, 4, 3, 2, 7, 8, 4, 3}));
  EXPECT_EQ(list(batch.segments), (List{0, 0, 1, 0, 0, 0, 1, 1}));
  EXPECT_EQ(list(batch.positions), (List{0, 1, 2, 0, 1, 2, 3, 4}));
  EXPECT_EQ(list(batch.offsets), (List{0, 3, 8}));
  EXPECT_EQ(list(batch.masked_rows), (List{1, 5, 6}));
  EXPECT_EQ(list(batch.masked_labels), (List{9, 8, 5}));
  EXPECT_EQ(list(batch.sentence_labels), (List{1, 0}));
  EXPECT_EQ(list(batch.sequence_number), (List{6, 7}));
  EXPECT_EQ(list(batch.place), (List{60, 61, 62, 70, 71, 72, 73, 74}));
  EXPECT_EQ(batch.padded_length, 5);
  EXPECT_EQ(batch.tokens(), 8);
  EXPECT_EQ(batch.sequences(), 2);
  EXPECT_EQ(batch.predictions(), 3);
}

// Some sequences of a batch are what would have been made of them alone, with their numbers in the step.
TEST(TokenBatch, CanBeCut) {
  const std::vector<Example> examples = {kFirst, kSecond, kFirst};
  const TokenBatch whole = make_batch(examples, 6, 10), cut = sequences_of(whole, 1, 3);
  const TokenBatch alone = make_batch(std::vector{kSecond, kFirst}, 7, 10);
  EXPECT_EQ(list(cut.ids), list(alone.ids));
  EXPECT_EQ(list(cut.segments), list(alone.segments));
  EXPECT_EQ(list(cut.positions), list(alone.positions));
  EXPECT_EQ(list(cut.offsets), list(alone.offsets));
  EXPECT_EQ(list(cut.masked_rows), list(alone.masked_rows));
  EXPECT_EQ(list(cut.masked_labels), list(alone.masked_labels));
  EXPECT_EQ(list(cut.sentence_labels), list(alone.sentence_labels));
  EXPECT_EQ(list(cut.sequence_number), list(alone.sequence_number));
  EXPECT_EQ(list(cut.place), list(alone.place));
  EXPECT_EQ(list(whole.offsets), (List{0, 3, 8, 11}));  // as it was
}

TEST(TokenBatch, HasNoSentenceLabelsWithoutTask) {
  Example example = kFirst;
  example.sentence_label.reset();
  EXPECT_FALSE(make_batch(std::vector{example}, 0, 10).sentence_labels.defined());
  EXPECT_THROW(make_batch(std::vector{kFirst, example}, 0, 10), DataError);
}

TEST(TokenBatch, MayHaveNothingMasked) {
  Example example = kFirst;
  example.masked_positions.clear();
  example.masked_labels.clear();
  EXPECT_EQ(make_batch(std::vector{example}, 0, 10).predictions(), 0);
}

TEST(TokenBatch, RefusesWhatCantBe) {
  EXPECT_THROW(make_batch({}, 0, 10), DataError);
  EXPECT_THROW(make_batch(std::vector{Example{}}, 0, 10), DataError);
  EXPECT_THROW(make_batch(std::vector{kSecond}, 0, 4), DataError);
  EXPECT_THROW(make_batch(std::vector{kFirst}, int64_t{1} << 40, 512), DataError);
  EXPECT_THROW(make_batch(std::vector{kFirst}, INT64_MAX, 512), DataError);
  EXPECT_THROW(make_batch(std::vector{kFirst}, 1 << 22, 512), DataError);
  Example example = kFirst;
  example.masked_positions = {3};
  EXPECT_THROW(make_batch(std::vector{example}, 0, 10), UsageError);
  example = kFirst;
  example.segments.pop_back();
  EXPECT_THROW(make_batch(std::vector{example}, 0, 10), UsageError);
}

}  // namespace
}  // namespace reprise
