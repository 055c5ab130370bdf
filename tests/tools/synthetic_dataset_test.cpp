#include "tools/trainer/synthetic_dataset.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/tools/small_models.h"

namespace reprise {
namespace {

const DatasetSettings kSettings = {
    .vocabulary_size = 11, .max_positions = 64, .segment_types = 2, .sequences = 3, .seed = 1};

TEST(SyntheticDataset, FillsEverySequence) {
  const TokenBatch batch = SyntheticDataset(kSettings, {50, 50}).batch(0, 0);
  EXPECT_EQ(batch.sequences(), 3);
  EXPECT_EQ(batch.tokens(), 150);
  EXPECT_EQ(batch.predictions(), 3 * 8);  // 7.5, to even
  const auto ids = batch.ids.values<int32_t>(), segments = batch.segments.values<int32_t>();
  EXPECT_EQ(std::set<int32_t>(ids.begin(), ids.end()), (std::set<int32_t>{5, 6, 7, 8, 9, 10}));
  for (size_t i = 0; i < 150; ++i) EXPECT_EQ(segments[i], i % 50 >= 25) << i;
  const auto rows = batch.masked_rows.values<int32_t>();
  EXPECT_EQ(std::set<int32_t>(rows.begin(), rows.end()).size(), 24u);
  const auto labels = batch.masked_labels.values<int32_t>();
  for (size_t m = 0; m < 24; ++m) {
    EXPECT_EQ(rows[m] / 50, static_cast<int32_t>(m) / 8);
    EXPECT_EQ(labels[m], ids[rows[m]]);
  }
  for (const int32_t label : batch.sentence_labels.values<int32_t>()) {
    EXPECT_TRUE(label == 0 || label == 1);
  }
}

TEST(SyntheticDataset, IsTheSameEveryTime) {
  const SyntheticDataset data(kSettings, {50, 50});
  const TokenBatch a = data.batch(0, 0), b = data.batch(7, 3);
  for (int64_t i = 0; i < a.tokens(); ++i) EXPECT_EQ(a.ids.item(i), b.ids.item(i));
  EXPECT_EQ(b.sequence_number.item(0), 3);
}

TEST(SyntheticDataset, MakesSequencesOfDifferentLengths) {
  DatasetSettings settings = kSettings;
  settings.sequences = 1000;
  const SyntheticDataset data(settings, {50, 20});
  const TokenBatch batch = data.batch(0, 0);
  std::set<int32_t> lengths;
  for (int64_t s = 0; s < batch.sequences(); ++s) {
    lengths.insert(static_cast<int32_t>(batch.offsets.item(s + 1) - batch.offsets.item(s)));
  }
  EXPECT_EQ(*lengths.begin(), 1);
  EXPECT_EQ(*lengths.rbegin(), 39);
  EXPECT_NEAR(static_cast<double>(batch.tokens()) / 1000, 20, 1);
  EXPECT_NE(data.batch(1, 0).tokens(), batch.tokens()) << "no two batches are the same";
}

TEST(SyntheticDataset, PredictsAtLeastOne) {
  EXPECT_EQ(synthetic_predictions(1), 1);
  EXPECT_EQ(synthetic_predictions(16), 2);
  EXPECT_EQ(synthetic_predictions(128), 19);
}

TEST(SyntheticDataset, MakesDoWithOneSegment) {
  DatasetSettings settings = kSettings;
  settings.segment_types = 1;
  const TokenBatch batch = SyntheticDataset(settings, {50, 50}).batch(0, 0);
  for (const int32_t segment : batch.segments.values<int32_t>()) EXPECT_EQ(segment, 0);
}

TEST(SyntheticDataset, RefusesWhatDoesNotFit) {
  expect_thrown([] { SyntheticDataset(kSettings, {65, 65}); }, 2, {"65 tokens", "64 positions"});
  expect_thrown([] { SyntheticDataset(kSettings, {50, 51}); }, 2, {"51", "50 tokens"});
}

}  // namespace
}  // namespace reprise
