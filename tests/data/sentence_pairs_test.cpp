#include "data/sentence_pairs.h"

#include <gtest/gtest.h>

#include <map>

#include "core/files.h"
#include "tests/core/expect_error.h"
#include "tests/core/temporary_directory.h"

namespace reprise {
namespace {

using test::expect_error;

// The tokens of one sequence, without [CLS] and [SEP].
std::vector<int32_t> tokens_of(const TokenBatch& batch, int64_t sequence) {
  const auto offsets = batch.offsets.values<int32_t>();
  const auto ids = batch.ids.values<int32_t>();
  return {ids.begin() + offsets[sequence] + 1, ids.begin() + offsets[sequence + 1] - 1};
}

class SentencePairsTest : public testing::Test {
 protected:
  SentencePairsTest() {
    setenv("XDG_CACHE_HOME", (folder_ / "cache").c_str(), 1);
    std::string text;
    for (char document = 'a'; document < 'e'; ++document) {
      for (int sentence = 0; sentence < 4; ++sentence) {
        text += fmt::format("{0}{0} in {0}{1} sees {0}{2}\n", document, sentence, sentence + 1);
      }
      text += "no\n\n";
    }
    write_file(folder_ / "text", text);
    config_.train.pattern = config_.valid.emplace().pattern = folder_ / "text";
    config_.max_length = 32;
  }

  test::TemporaryDirectory folder_;
  SentencePairsConfig config_;
  DatasetSettings settings_{.vocabulary_size = 60, .max_positions = 32, .sequences = 4, .seed = 1};
};

TEST_F(SentencePairsTest, PairsEverySentenceWithTheNextOfItsDocument) {
  const SentencePairs dataset(config_, settings_);
  EXPECT_EQ(dataset.batches_per_epoch(), 3);  // 4 documents with 3 pairs each
  std::map<std::vector<int32_t>, std::vector<int32_t>> next;
  for (int64_t n = 0; n < 3; ++n) {
    const PairBatch batch = dataset.batch(n, 0);
    EXPECT_EQ(batch.sequences(), 4);
    for (int64_t s = 0; s < 4; ++s) next[tokens_of(batch.first, s)] = tokens_of(batch.second, s);
  }
  EXPECT_EQ(next.size(), 12u);
  int chains = 0;
  for (const auto& [sentence, neighbour] : next) chains += next.contains(neighbour);
  EXPECT_EQ(chains, 8);  // two of a document's three neighbours are first in a pair themselves
}

TEST_F(SentencePairsTest, IsAFunctionOfTheNumber) {
  const SentencePairs dataset(config_, settings_), again(config_, settings_);
  for (int64_t n = 0; n < 5; ++n) again.batch(n, 0);
  EXPECT_EQ(tokens_of(dataset.batch(5, 0).first, 2), tokens_of(again.batch(5, 0).first, 2));
  settings_.seed = 2;
  const SentencePairs other(config_, settings_);
  EXPECT_EQ(tokens_of(dataset.evaluation_batch(1).first, 2), tokens_of(other.evaluation_batch(1).first, 2));
}

TEST_F(SentencePairsTest, CutsLongSentences) {
  config_.max_length = 5;
  const SentencePairs dataset(config_, settings_);
  EXPECT_EQ(tokens_of(dataset.batch(0, 0).second, 0).size(), 3u);
}

TEST_F(SentencePairsTest, RefusesWhatHasNoPairs) {
  expect_error([&] { settings_.sequences = 1; SentencePairs(config_, settings_); }, ExitCode::config,
               "a batch of 1 pairs has no distant sentence");
  settings_.sequences = 4;
  config_.min_words = 1000;
  expect_error([&] { SentencePairs(config_, settings_); }, ExitCode::data,
               "no document has two sentences of 1000 tokens");
  config_.max_length = 64;
  expect_error([&] { SentencePairs(config_, settings_); }, ExitCode::config,
               "64 is more than the model's 32 positions");
}

}  // namespace
}  // namespace reprise
