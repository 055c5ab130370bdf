#include "data/word_batches.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "tests/core/expect_error.h"
#include "tests/core/temporary_directory.h"

namespace reprise {
namespace {

using test::expect_error;

// One batch of two streams of three words.
class WordBatchesTest : public testing::Test {
 protected:
  void write(const Tensor& ids, const Tensor& labels) const {
    write_safetensors(path_, {{"input_ids", ids}, {"labels", labels}});
  }
  WordBatches open(const DatasetSettings& settings = {.vocabulary_size = 5}) const {
    return {{.path = path_, .valid = {}}, settings};
  }
  static Tensor words(const Shape& shape, const std::vector<int32_t>& values) {
    return Tensor::of(shape, std::span<const int32_t>(values));
  }

  test::TemporaryDirectory folder_;
  std::string path_ = folder_ / "batches.safetensors";
};

TEST_F(WordBatchesTest, PutsTimeFirst) {
  write(words({1, 2, 3}, {0, 1, 2, 3, 4, 0}), words({1, 2, 3}, {1, 1, 1, 1, 1, 2}));
  const WordBatches dataset = open();
  const WordBatch batch = dataset.batch(0, 0);
  ASSERT_EQ(batch.ids.shape(), (Shape{3, 2}));
  const auto ids = batch.ids.values<int32_t>();
  EXPECT_EQ(std::vector<int32_t>(ids.begin(), ids.end()), (std::vector<int32_t>{0, 3, 1, 4, 2, 0}));
  EXPECT_TRUE(batch.starts_streams());
  EXPECT_EQ(batch.sequences(), 2);
  // Counts with one added: 1, 6, 2, 1, 1 of 11.
  EXPECT_NEAR(dataset.unigram_loss(), -(5 * std::log(6.0 / 11) + std::log(2.0 / 11)) / 6, 1e-12);
}

TEST_F(WordBatchesTest, RefusesWhatDoesNotFit) {
  write(words({1, 2, 2}, {0, 1, 2, 5}), words({1, 2, 2}, {0, 1, 2, 3}));
  const WordBatches dataset = open();
  expect_error([&] { dataset.batch(0, 0); }, ExitCode::data, "input_ids, step 0, sequence 1: 5 is not in [0, 5)");
  expect_error([&] { open({.vocabulary_size = 6, .sequences = 3}); }, ExitCode::config, "asks for 3");
  write(words({1, 2, 2}, {0, 1, 2, 4}), words({1, 2, 1}, {0, 1}));
  expect_error([&] { open(); }, ExitCode::data, "labels has shape [1, 2, 1], expected [1, 2, 2]");
  write(words({1, 4}, {0, 1, 2, 4}), words({1, 4}, {0, 1, 2, 4}));
  expect_error([&] { open(); }, ExitCode::data, "expected [steps, streams, time]");
}

}  // namespace
}  // namespace reprise
