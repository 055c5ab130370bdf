// Configuration of a dataset of images.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/config.h"
#include "data/images/images.h"

namespace reprise {

// "digits.csv.gz", or {"images": "train-images-idx3-ubyte", "labels": "train-labels-idx1-ubyte"}.
struct ImageFilesConfig {
  std::filesystem::path images;
  std::optional<std::filesystem::path> labels;

  static const char* shorthand_key() { return "images"; }
  void fields(Fields& f) {
    f("images", images, "an IDX file of images, or a CSV file with label and pixels in each line; .gz too")
        .required();
    f("labels", labels, "the IDX file of their labels; null: the images are CSV");
  }
};

struct ImageDataConfig {
  ImageFilesConfig train;
  std::optional<ImageFilesConfig> valid;
  std::string label_column = "first";
  std::optional<int64_t> size;
  std::string fit = "resize";
  std::vector<double> range = {0, 1};
  int64_t shift = 0;
  std::optional<std::string> source;

  void fields(Fields& f) {
    f("train", train, "labelled images to train on").required();
    f("valid", valid, "labelled images for evaluation; null: evaluation uses the training images");
    f("label_column", label_column, "where CSV has the label").one_of({"first", "last"});
    f("size", size, "height and width that images are brought to; null: they stay as they are")
        .between(1, 4096);
    f("fit", fit, "how: resize, or pad with zeros on all sides").one_of({"resize", "pad"});
    f("range", range, "what the pixels 0 and 255 become").count(2);
    f("shift", shift, "augmentation: each image is moved by up to so many pixels in both directions, "
      "anew in every epoch").between(0, 4096);
    f("source", source, "how to get the images: said where they are missing");
  }

  ImageFiles files(const ImageFilesConfig& config) const {
    return {config.images.string(), config.labels ? config.labels->string() : "",
            label_column == "first" ? LabelColumn::first : LabelColumn::last};
  }
};

}  // namespace reprise
