// Images: pictures of one size, a label each, as files hold them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace reprise {

struct Images {
  int64_t channels = 1, height = 0, width = 0;
  std::vector<uint8_t> pixels;  // [count, channels, height, width]
  std::vector<int32_t> labels;  // [count]

  int64_t count() const { return static_cast<int64_t>(labels.size()); }
  int64_t pixels_each() const { return channels * height * width; }
};

enum class LabelColumn : uint8_t { first, last };

// What is to be read: IDX (LeCun's MNIST format) when there is a file of labels, else CSV, which has
// the label in each line. Either may be packed with gzip.
struct ImageFiles {
  std::string images;
  std::string labels;  // empty: CSV
  LabelColumn label_column = LabelColumn::first;
};

// Throws DataError, naming file and line, for what is no such file, and for no image at all; Error as
// core/files.h.
Images load_images(const ImageFiles& files);

}  // namespace reprise
