#include "data/text_dataset.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cmath>
#include <filesystem>

#include "core/error.h"
#include "core/files.h"
#include "tests/core/expect_error.h"
#include "tests/core/temporary_directory.h"
#include "tests/data/fixtures.h"

namespace reprise {
namespace {

using test::TemporaryDirectory;

std::vector<int32_t> list(const Tensor& tensor) {
  const auto values = tensor.values<int32_t>();
  return {values.begin(), values.end()};
}

// A folder with text of 30 documents of ten sentences, and a vocabulary.
class TextDatasetTest : public testing::Test {
 protected:
  TextDatasetTest() {
    std::string text;
    for (size_t s = 0; s < test::sample_sentences().size(); ++s) {
      text += test::sample_sentences()[s] + "\n" + (s % 10 == 9 ? "\n" : "");
    }
    write_file(folder_ / "train.txt", text);
    write_file(folder_ / "valid.txt", text.substr(0, 2000));
    write_file(folder_ / "spiece.model", test::sample_model());
    config_.train.pattern = folder_ / "train.txt";
    config_.vocabulary.path = folder_ / "spiece.model";
    config_.max_length = 32;
    settings_ = {.vocabulary_size = 60, .max_positions = 40, .sequences = 4, .seed = 1};
  }
  TextDataset dataset() const { return TextDataset(config_, settings_); }

  TemporaryDirectory folder_;
  TextDataConfig config_;
  DatasetSettings settings_;
};

TEST_F(TextDatasetTest, GivesBatchesThatFitTogether) {
  const TextDataset data = dataset();
  const TokenBatch batch = data.batch(3, 8);
  EXPECT_EQ(batch.sequences(), 4);
  EXPECT_EQ(list(batch.sequence_number), (std::vector<int32_t>{8, 9, 10, 11}));
  EXPECT_EQ(list(batch.place)[0], 8 * 40);
  EXPECT_LE(batch.padded_length, 32);
  EXPECT_GT(batch.predictions(), 0);
  EXPECT_TRUE(data.has_sentence_labels());
  EXPECT_TRUE(batch.sentence_labels.defined());
  EXPECT_FALSE(data.length().has_value());
}

TEST_F(TextDatasetTest, CutsTheSameSequencesIntoAnyMicroBatches) {
  const TextDataset small = dataset();
  settings_.sequences = 8;
  const TextDataset large = dataset();
  const TokenBatch whole = large.batch(20, 0);
  const TokenBatch first = small.batch(40, 0), second = small.batch(41, 4);
  std::vector<int32_t> ids = list(first.ids), places = list(first.place);
  for (const int32_t id : list(second.ids)) ids.push_back(id);
  for (const int32_t place : list(second.place)) places.push_back(place);
  EXPECT_EQ(list(whole.ids), ids);
  EXPECT_EQ(list(whole.place), places);
}

TEST_F(TextDatasetTest, TrainingDependsOnTheSeedAndEvaluationDoesNot) {
  const TextDataset one = dataset();
  settings_.seed = 2;
  const TextDataset two = dataset();
  EXPECT_NE(list(one.batch(0, 0).ids), list(two.batch(0, 0).ids));
  EXPECT_EQ(list(one.evaluation_batch(0).ids), list(two.evaluation_batch(0).ids));
  EXPECT_EQ(list(one.evaluation_batch(0).masked_rows), list(two.evaluation_batch(0).masked_rows));
  EXPECT_EQ(one.baseline().unigram_loss, two.baseline().unigram_loss);
}

TEST_F(TextDatasetTest, EvaluatesAllHeldOutExamplesOnce) {
  config_.valid.emplace();
  config_.valid->pattern = folder_ / "valid.txt";
  const TextDataset fours = dataset();
  settings_.sequences = 1000;
  const TextDataset all = dataset();
  ASSERT_EQ(all.evaluation_batches(), 1);
  std::vector<int32_t> ids;
  for (int64_t i = 0; i < fours.evaluation_batches(); ++i) {
    for (const int32_t id : list(fours.evaluation_batch(i).ids)) ids.push_back(id);
  }
  EXPECT_EQ(list(all.evaluation_batch(0).ids), ids);
  EXPECT_THROW(all.evaluation_batch(1), UsageError);
}

TEST_F(TextDatasetTest, BaselineIsTheCrossEntropyOfTheFrequencies) {
  const TextDataset data = dataset();
  Text text = load_text(config_.train.paths(), InvalidUtf8::error);
  hold_out(text);
  const Corpus train = tokenize(text, data.vocabulary());
  const std::vector<int64_t> counts = token_counts(train, data.vocabulary().size());
  double loss = 0, ones = 0, masked = 0, sequences = 0;
  for (int64_t i = 0; i < data.evaluation_batches(); ++i) {
    const TokenBatch batch = data.evaluation_batch(i);
    for (const int32_t id : list(batch.masked_labels)) {
      loss -=
          std::log((counts[id] + 1.0) / static_cast<double>(train.tokens.size() + counts.size()));
    }
    masked += static_cast<double>(batch.predictions());
    sequences += static_cast<double>(batch.sequences());
    for (const int32_t label : list(batch.sentence_labels)) ones += label;
  }
  EXPECT_NEAR(data.baseline().unigram_loss, loss / masked, 1e-9);
  EXPECT_NEAR(*data.baseline().majority_share, std::max(ones, sequences - ones) / sequences, 1e-12);
}

TEST_F(TextDatasetTest, HasNoLabelsWithoutATask) {
  config_.sentence_task = "none";
  const TextDataset data = dataset();
  EXPECT_FALSE(data.has_sentence_labels());
  EXPECT_FALSE(data.batch(0, 0).sentence_labels.defined());
  EXPECT_FALSE(data.baseline().majority_share.has_value());
}

TEST_F(TextDatasetTest, WarnsWhenTheVocabularyIsSmallerThanTheTable) {
  settings_.vocabulary_size = 100;
  EXPECT_EQ(dataset().warnings().size(), 1u);
  config_.vocabulary.path.reset();
  const TemporaryDirectory cache;
  setenv("XDG_CACHE_HOME", cache.path().c_str(), 1);
  settings_.vocabulary_size = 30000;
  const TextDataset data = dataset();
  ASSERT_EQ(data.warnings().size(), 1u);
  EXPECT_PRED2(test::contains, data.warnings()[0], "keeps its 30000 rows");
  EXPECT_LT(data.vocabulary().size(), 30000);
}

TEST_F(TextDatasetTest, RefusesSettingsThatDontFit) {
  settings_.vocabulary_size = 30;
  test::expect_error([&] { dataset(); }, ExitCode::config, "model.vocab_size: 30 rows are too few");
  settings_.vocabulary_size = 60;
  settings_.segment_types = 1;
  test::expect_error([&] { dataset(); }, ExitCode::config, "sop has two segments");
  settings_.segment_types = 2;
  settings_.max_positions = 31;
  test::expect_error([&] { dataset(); }, ExitCode::config, "data.max_length: 32 is more than");
}

// The example that the small recipes come with.
TEST(TextDataset, LearnsTheSample) {
  const TemporaryDirectory cache;
  setenv("XDG_CACHE_HOME", cache.path().c_str(), 1);
  const std::string folder = REPRISE_SOURCE_DIR "/data/samples/state_of_the_union/";
  TextDataConfig config;
  write_file(cache / "part.txt", read_range(folder + "train.txt", 0, 100000));  // for speed
  config.train.pattern = cache / "part.txt";
  const TextDataset data(config, {.vocabulary_size = 1000, .max_positions = 128, .sequences = 32});
  EXPECT_EQ(data.vocabulary_size(), 1000);
  EXPECT_GT(data.batch(0, 0).tokens(), 3000);
  EXPECT_TRUE(data.warnings().empty());
  EXPECT_NEAR(data.baseline().unigram_loss, 5.5, 1);
}

}  // namespace
}  // namespace reprise
