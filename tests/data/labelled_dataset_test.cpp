#include "data/labelled_dataset.h"

#include <gtest/gtest.h>

#include <map>

#include "core/error.h"
#include "tests/tools/temporary_folder.h"

namespace reprise {
namespace {

constexpr int kRows = 40;

// Row i: the letter i % 3 is its label.
std::string rows(int count = kRows) {
  std::string text = "text,label\n";
  for (int i = 0; i < count; ++i) text += fmt::format("tale number {} of {},{}\n", i, count, "abc"[i % 3]);
  return text;
}

class LabelledDatasetTest : public testing::Test {
 protected:
  LabelledDatasetTest() {
    folder_.write("train.csv", rows());
    std::string pieces = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\ntale\nnumber\nof\n";
    for (char c = '0'; c <= '9'; ++c) pieces += fmt::format("{}\n##{}\n", c, c);
    folder_.write("vocab.txt", pieces);
    config_.train.pattern = folder_ / "train.csv";
    config_.vocabulary.path = folder_ / "vocab.txt";
    config_.valid_share = 0;
  }
  LabelledDataset make() const { return {config_, settings_}; }

  TemporaryFolder folder_;
  LabelledTextsConfig config_;
  DatasetSettings settings_{.vocabulary_size = 28, .max_positions = 128, .sequences = 8, .seed = 3};
};

std::vector<int32_t> labels_of(const TokenBatch& batch) {
  const auto labels = batch.sentence_labels.values<int32_t>();
  return {labels.begin(), labels.end()};
}

TEST_F(LabelledDatasetTest, GoesThroughAllTextsEveryEpochInAnotherOrder) {
  const LabelledDataset data = make();
  ASSERT_EQ(data.batches_per_epoch(), 5);
  EXPECT_EQ(data.labels(), (std::vector<std::string>{"a", "b", "c"}));
  std::vector<int32_t> epochs[2];
  for (int64_t b = 0; b < 10; ++b) {
    const TokenBatch batch = data.batch(b, 0);
    EXPECT_EQ(batch.predictions(), 0);
    for (const int32_t label : labels_of(batch)) epochs[b / 5].push_back(label);
  }
  EXPECT_NE(epochs[0], epochs[1]);
  for (auto& epoch : epochs) {
    std::map<int32_t, int> counts;
    for (const int32_t label : epoch) ++counts[label];
    EXPECT_EQ(counts, (std::map<int32_t, int>{{0, 14}, {1, 13}, {2, 13}}));
  }
}

TEST_F(LabelledDatasetTest, KeepsTheFilesOrderWhenAsked) {
  config_.shuffle = false;
  const LabelledDataset data = make();
  EXPECT_EQ(labels_of(data.batch(5, 0)), (std::vector<int32_t>{0, 1, 2, 0, 1, 2, 0, 1}));
}

TEST_F(LabelledDatasetTest, HoldsOutAShareThatItDoesNotTrainOn) {
  config_.valid_share = 0.3;
  const LabelledDataset data = make();
  EXPECT_FALSE(data.evaluates_on_training_data());
  const int64_t held_out = data.evaluation_batch(0).sequences();
  int64_t trained = 0;
  for (int64_t b = 0; b < data.batches_per_epoch(); ++b) trained += data.batch(b, 0).sequences();
  EXPECT_GT(held_out, 3);
  EXPECT_EQ(held_out + trained, kRows);
}

TEST_F(LabelledDatasetTest, KeepsTheOrderOfEvaluationTexts) {
  folder_.write("test.csv", rows(70));
  config_.test = TextFilesConfig{.pattern = folder_ / "test.csv"};
  const LabelledDataset data = make();
  ASSERT_EQ(data.test_batches(), 2);
  EXPECT_EQ(data.test_batch(1).sequences(), 6);
  EXPECT_EQ(labels_of(data.test_batch(1)), (std::vector<int32_t>{1, 2, 0, 1, 2, 0}));
}

TEST_F(LabelledDatasetTest, BalancesClassesToAMeanOfOne) {
  config_.class_weights = "balanced";
  const std::vector<double> weights = make().class_weights();
  EXPECT_DOUBLE_EQ(weights[0], 40.0 / (3 * 14));
  EXPECT_DOUBLE_EQ(weights[2], 40.0 / (3 * 13));
  EXPECT_NEAR(14 * weights[0] + 13 * weights[1] + 13 * weights[2], 40, 1e-12);
}

TEST_F(LabelledDatasetTest, MakesTargetsOfSeveralLabelsAndOfNumbers) {
  folder_.write("train.csv", "text,label\ntale,b;a\nnumber,\nof,c\n");
  config_.shuffle = false;
  settings_.labels = LabelKind::several;
  const TokenBatch batch = make().batch(0, 0);
  EXPECT_FALSE(batch.sentence_labels.defined());
  ASSERT_EQ(batch.targets.shape(), (Shape{3, 3}));
  const std::vector<real> expected = {1, 1, 0, 0, 0, 0, 0, 0, 1};
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), batch.targets.data()));

  folder_.write("train.csv", "text,label\ntale,-1.5\nnumber,2\n");
  settings_.labels = LabelKind::number;
  EXPECT_EQ(make().batch(0, 0).targets.item(0), -1.5);
}

TEST_F(LabelledDatasetTest, RefusesWhatCanNotBeLearnt) {
  const auto message = [&](const std::string& content) -> std::string {
    folder_.write("train.csv", content);
    try {
      make();
    } catch (const DataError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_NE(message("text,label\na,x\nb,x\n").find("nothing to tell apart"), std::string::npos);
  std::string unique = "text,label\n";
  for (int i = 0; i < 5000; ++i) unique += fmt::format("a,{}\n", i);
  EXPECT_NE(message(unique).find("is it the right column?"), std::string::npos);
}

}  // namespace
}  // namespace reprise
