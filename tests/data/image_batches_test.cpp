#include "data/images/image_batches.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/core/expect_error.h"
#include "tests/core/temporary_directory.h"

namespace reprise {
namespace {

using test::expect_error;

// Two batches of three images of 1 x 2 x 2, whose numbers are 0, 1, 2, …
class ImageBatchesTest : public testing::Test {
 protected:
  ImageBatchesTest() {
    for (int64_t i = 0; i < images_.numel(); ++i) images_.data()[i] = static_cast<real>(i);
    write();
  }
  void write() const {
    write_safetensors(path_, {{"images", images_}, {"labels", labels_}});
  }
  ImageBatches open(const DatasetSettings& settings = {.image = {1, 2, 2}, .classes = 3}) const {
    return {{.path = path_, .valid = {}}, settings};
  }

  test::TemporaryDirectory folder_;
  std::string path_ = folder_ / "batches.safetensors";
  Tensor images_ = Tensor::empty({2, 3, 1, 2, 2});
  Tensor labels_ = Tensor::of({2, 3}, std::span<const int32_t>(std::vector<int32_t>{0, 1, 2, 2, 1, 0}));
};

TEST_F(ImageBatchesTest, GivesRowsAsBatches) {
  const ImageBatches dataset = open();
  EXPECT_EQ(dataset.length(), 2);
  EXPECT_EQ(dataset.sequences_per_batch(), 3);
  const ImageBatch batch = dataset.batch(1, 6);
  EXPECT_EQ(batch.images.shape(), (Shape{3, 1, 2, 2}));
  EXPECT_EQ(batch.images.item(0), 12);
  EXPECT_EQ(batch.labels.data<int32_t>()[0], 2);
  EXPECT_EQ(batch.number.data<int32_t>()[2], 8);
  EXPECT_TRUE(dataset.evaluates_on_training_data());
  EXPECT_EQ(dataset.warnings().size(), 1u);
  expect_error([&] { dataset.batch(2, 0); }, ExitCode::data, "has 2 batches; batch 3 is asked for");
}

TEST_F(ImageBatchesTest, RefusesWhatDoesNotFit) {
  expect_error([&] { open({.image = {1, 4, 4}}); }, ExitCode::config, "images are [1, 2, 2], and the model takes [1, 4, 4]");
  expect_error([&] { open({.sequences = 4}); }, ExitCode::config, "have 3 sequences, the configuration asks for 4");
  const ImageBatches dataset = open({.image = {1, 2, 2}, .classes = 2});
  expect_error([&] { dataset.batch(0, 0); }, ExitCode::data, "labels, step 0, sequence 2: 2 is not in [0, 2)");
  labels_ = Tensor::zeros({3, 2}, DType::i32);
  write();
  expect_error([&] { open(); }, ExitCode::data, "labels has shape [3, 2], expected [2, 3]");
  images_ = Tensor::zeros({2, 3, 4});
  write();
  expect_error([&] { open(); }, ExitCode::data, "expected [steps, images, channels, height, width]");
}

}  // namespace
}  // namespace reprise
