#include "data/images/images.h"

#include <gtest/gtest.h>

#include "core/files.h"
#include "data/images/idx.h"
#include "data/images/resize.h"
#include "tests/core/expect_error.h"
#include "tests/core/temporary_directory.h"

namespace reprise {
namespace {

using test::expect_error;
using Bytes = std::vector<uint8_t>;

std::string idx(uint8_t type, const std::vector<uint32_t>& sizes, const Bytes& elements) {
  std::string file = {'\0', '\0', static_cast<char>(type), static_cast<char>(sizes.size())};
  for (const uint32_t size : sizes) {
    for (int shift = 24; shift >= 0; shift -= 8) file += static_cast<char>(size >> shift & 0xff);
  }
  file.append(elements.begin(), elements.end());
  return file;
}

class ImageFilesTest : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& content) const {
    write_file(folder_ / name, content);
    return folder_ / name;
  }
  ImageFiles pair(const std::string& images, const std::string& labels) const {
    return {.images = write("images", images), .labels = write("labels", labels)};
  }
  ImageFiles csv(const std::string& content, LabelColumn column = LabelColumn::first) const {
    return {.images = write("images.csv", content), .labels = "", .label_column = column};
  }
  void expect_refused(const ImageFiles& files, const std::string& part) const {
    expect_error([&] { load_images(files); }, ExitCode::data, part);
  }

  test::TemporaryDirectory folder_;
};

TEST_F(ImageFilesTest, ReadsIdx) {
  const Images images = load_images(
      pair(idx(8, {2, 2, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255}), idx(8, {2}, {7, 0})));
  EXPECT_EQ(images.channels, 1);
  EXPECT_EQ(images.height, 2);
  EXPECT_EQ(images.width, 3);
  EXPECT_EQ(images.pixels, Bytes({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255}));
  EXPECT_EQ(images.labels, std::vector<int32_t>({7, 0}));
  EXPECT_EQ(load_images(pair(idx(8, {1, 3, 1, 2}, {1, 2, 3, 4, 5, 6}), idx(8, {1}, {0}))).channels, 3);
}

TEST_F(ImageFilesTest, RefusesWhatIsNoIdx) {
  const std::string labels = idx(8, {1}, {0});
  expect_refused(pair("", labels), "images: not an IDX file");
  expect_refused(pair("P5 2 2 255 ....", labels), "not an IDX file");
  expect_refused(pair(idx(0x0d, {1, 1, 1}, {0, 0, 0, 0}), labels), "of type 0x0d; only unsigned bytes");
  expect_refused(pair(idx(8, {}, {}), labels), "0 dimensions");
  expect_refused(pair(std::string("\0\0\x08\x03\0\0", 6), labels), "ends within its header");
  expect_refused(pair(idx(8, {1, 2, 2}, {1, 2, 3}), labels), "[1, 2, 2] ask for 4 bytes, and 3 follow");
  expect_refused(pair(idx(8, {1, 2, 2}, {1, 2, 3, 4, 5}), labels), "ask for 4 bytes, and 5 follow");
  expect_refused(pair(idx(8, {~0u, ~0u, ~0u}, {}), labels), "ask for more than");
  expect_refused(pair(idx(8, {4}, {1, 2, 3, 4}), labels), "this file holds [4]");
  expect_refused(pair(idx(8, {1, 1, 1}, {1}), idx(8, {1, 1}, {0})), "labels are [count]");
  expect_refused(pair(idx(8, {2, 1, 1}, {1, 2}), labels), "holds 2 images, and");
  expect_refused(pair(idx(8, {0, 28, 28}, {}), idx(8, {0}, {})), "no image in it");
  expect_error([&] { load_images({.images = folder_ / "absent", .labels = folder_ / "labels"}); },
               ExitCode::no_input, "absent");
}

TEST_F(ImageFilesTest, ReadsCsvWithTheLabelAtEitherEnd) {
  const Images first = load_images(csv("label,a,b,c,d\r\n3,0,1,2,255\n\n\"4\", 5.0,6,7,8\n"));
  EXPECT_EQ(first.height, 2);
  EXPECT_EQ(first.width, 2);
  EXPECT_EQ(first.labels, std::vector<int32_t>({3, 4}));
  EXPECT_EQ(first.pixels, Bytes({0, 1, 2, 255, 5, 6, 7, 8}));
  EXPECT_EQ(load_images(csv("\xEF\xBB\xBF" "3,0,1,2,255\n")).count(), 1);
  const Images last = load_images(csv("0,1,2,255,3", LabelColumn::last));
  EXPECT_EQ(last.labels, std::vector<int32_t>({3}));
  EXPECT_EQ(last.pixels, Bytes({0, 1, 2, 255}));
}

TEST_F(ImageFilesTest, RefusesWhatIsNoCsvOfImages) {
  expect_refused(csv(""), "no image in it");
  expect_refused(csv("label,pixel\n"), "no image in it");
  expect_refused(csv("1,2,3\n"), ":1: 3 values are not a label and the pixels of a square image");
  expect_refused(csv("1\n"), ":1: 1 values");
  expect_refused(csv("1,2\n1,x\n"), ":2: value 2 is \"x\", not a whole number from 0 to 255");
  expect_refused(csv("1,2\n1,256\n"), ":2: value 2 is \"256\"");
  expect_refused(csv("1,2\n1,nan"), ":2: value 2 is \"nan\"");
  expect_refused(csv("1,2\n1,-1\n"), "\"-1\"");
  expect_refused(csv("1,2\n1,2,3,4,5\n"), ":2: 4 pixels, and the images before have 1");
}

// As torch.nn.functional.interpolate(mode="bilinear", antialias=True), rounded.
TEST(Resize, AgreesWithPyTorch) {
  Images images;
  images.height = images.width = 5;
  images.labels = {0};
  for (int i = 0; i < 25; ++i) images.pixels.push_back(static_cast<uint8_t>(37 * i % 256));
  EXPECT_EQ(fitted(images, 3, 3, Fit::resize).pixels, Bytes({95, 68, 102, 130, 144, 108, 102, 76, 135}));
  EXPECT_EQ(fitted(images, 2, 2, Fit::resize).pixels, Bytes({112, 96, 103, 124}));
  const Bytes larger = fitted(images, 8, 8, Fit::resize).pixels;
  EXPECT_EQ(Bytes(larger.begin(), larger.begin() + 8), Bytes({0, 16, 39, 62, 86, 109, 132, 148}));
  EXPECT_EQ(Bytes(larger.end() - 8, larger.end()), Bytes({228, 132, 11, 34, 58, 81, 104, 120}));
  EXPECT_EQ(fitted(images, 5, 5, Fit::resize).pixels, images.pixels);
}

TEST(Resize, PadsOnAllSides) {
  Images images;
  images.height = images.width = 2;
  images.labels = {0};
  images.pixels = {1, 2, 3, 4};
  EXPECT_EQ(fitted(images, 4, 4, Fit::pad).pixels, Bytes({0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 0}));
  expect_error([&] { fitted(images, 1, 4, Fit::pad); }, ExitCode::data,
               "images of 2 x 2 can't be padded to 1 x 4");
}

}  // namespace
}  // namespace reprise
