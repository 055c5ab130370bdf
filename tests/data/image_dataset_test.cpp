#include "data/images/image_dataset.h"

#include <gtest/gtest.h>

#include <set>

#include "core/files.h"
#include "tests/core/expect_error.h"
#include "tests/core/temporary_directory.h"

namespace reprise {
namespace {

using test::expect_error;

std::vector<real> numbers(const Tensor& tensor) {
  return {tensor.data(), tensor.data() + tensor.numel()};
}

// Five images of 2 x 2; image i has pixels 10 i … 10 i + 3 and label i.
class ImageDatasetTest : public testing::Test {
 protected:
  ImageDatasetTest() {
    std::string csv;
    for (int i = 0; i < 5; ++i) {
      csv += fmt::format("{},{},{},{},{}\n", i, 10 * i, 10 * i + 1, 10 * i + 2, 10 * i + 3);
    }
    write_file(folder_ / "train.csv", csv);
    write_file(folder_ / "valid.csv", "2,255,0,0,51\n");
    config_.train.images = folder_ / "train.csv";
    config_.valid = ImageFilesConfig{.images = folder_ / "valid.csv", .labels = {}};
    config_.range = {0, 255};
  }

  test::TemporaryDirectory folder_;
  ImageDataConfig config_;
  DatasetSettings settings_{.image = {1, 2, 2}, .classes = 5, .sequences = 2, .seed = 3};
};

TEST_F(ImageDatasetTest, GivesEveryImageOnceAnEpoch) {
  const ImageDataset dataset(config_, settings_);
  EXPECT_EQ(dataset.batches_per_epoch(), 3);
  std::vector<std::vector<int32_t>> orders;
  for (int64_t epoch = 0; epoch < 4; ++epoch) {
    std::vector<int32_t> order;
    for (int64_t b = 0; b < 3; ++b) {
      const ImageBatch batch = dataset.batch(3 * epoch + b, 4);
      ASSERT_EQ(batch.sequences(), b < 2 ? 2 : 1);
      EXPECT_EQ(batch.number.values<int32_t>()[0], 4);
      for (int64_t i = 0; i < batch.sequences(); ++i) {
        const int32_t label = batch.labels.values<int32_t>()[i];
        order.push_back(label);
        EXPECT_EQ(batch.images.data()[4 * i + 3], static_cast<real>(10 * label + 3));
      }
    }
    EXPECT_EQ(std::set<int32_t>(order.begin(), order.end()).size(), 5u);
    orders.push_back(order);
  }
  EXPECT_GT(std::set(orders.begin(), orders.end()).size(), 1u);
}

TEST_F(ImageDatasetTest, IsAFunctionOfTheNumber) {
  config_.shift = 1;
  const ImageDataset dataset(config_, settings_), again(config_, settings_);
  const std::vector<real> late = numbers(dataset.batch(7, 0).images);
  for (int64_t n = 0; n < 7; ++n) again.batch(n, 0);
  EXPECT_EQ(numbers(again.batch(7, 0).images), late);
}

TEST_F(ImageDatasetTest, ShiftsByAsMuchAsIsAllowedAndFillsWithTheLowest) {
  config_.shift = 1;
  config_.range = {-1, 254};
  const ImageDataset dataset(config_, settings_);
  std::set<std::vector<real>> seen;
  for (int64_t n = 0; n < 300; ++n) {
    const ImageBatch batch = dataset.batch(n, 0);
    for (int64_t i = 0; i < batch.sequences(); ++i) {
      if (batch.labels.values<int32_t>()[i] != 1) continue;
      seen.emplace(batch.images.data() + 4 * i, batch.images.data() + 4 * i + 4);
    }
  }
  EXPECT_EQ(seen.size(), 9u);  // (down, right) of -1, 0, 1 each
  EXPECT_TRUE(seen.contains({9, 10, 11, 12}));
  EXPECT_TRUE(seen.contains({-1, -1, -1, 9}));   // down and right
  EXPECT_TRUE(seen.contains({12, -1, -1, -1}));  // up and left
}

TEST_F(ImageDatasetTest, EvaluatesOnHeldOutImagesUnshifted) {
  config_.shift = 2;
  config_.range = {-1, 1};
  const ImageDataset dataset(config_, settings_);
  ASSERT_EQ(dataset.evaluation_batches(), 1);
  const ImageBatch batch = dataset.evaluation_batch(0);
  EXPECT_EQ(numbers(batch.images), std::vector<real>({1, -1, -1, real(-0.6)}));
  EXPECT_EQ(batch.labels.values<int32_t>()[0], 2);
  EXPECT_FALSE(dataset.evaluates_on_training_data());
  config_.valid.reset();
  const ImageDataset alone(config_, settings_);
  EXPECT_TRUE(alone.evaluates_on_training_data());
  EXPECT_EQ(alone.warnings().size(), 1u);
}

TEST_F(ImageDatasetTest, RefusesWhatTheModelCannotTake) {
  settings_.image = {1, 4, 4};
  expect_error([&] { ImageDataset(config_, settings_); }, ExitCode::config,
               "images are [1, 2, 2], and the model takes [1, 4, 4]");
  config_.size = 4;
  EXPECT_EQ(ImageDataset(config_, settings_).train().height, 4);
  settings_.classes = 3;
  expect_error([&] { ImageDataset(config_, settings_); }, ExitCode::config,
               "label 4 is there, and the model has 3 outputs");
}

TEST_F(ImageDatasetTest, SaysWhereMissingImagesComeFrom) {
  config_.source = "tools/get-images digits";
  config_.train.images = folder_ / "absent.csv";
  expect_error([&] { ImageDataset(config_, settings_); }, ExitCode::no_input,
               "To get the images: tools/get-images digits");
}

}  // namespace
}  // namespace reprise
