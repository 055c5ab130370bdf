#include "data/images/images.h"

#include "core/error.h"
#include "data/images/csv_images.h"
#include "data/images/idx.h"

namespace reprise {

Images load_images(const ImageFiles& files) {
  if (files.labels.empty()) return read_csv_images(files.images, files.label_column);
  const IdxArray pictures = read_idx(files.images), labels = read_idx(files.labels);
  if (pictures.sizes.size() != 3 && pictures.sizes.size() != 4) {
    throw DataError("{}: images are [count, height, width] or [count, channels, height, width], and this "
                    "file holds [{}]", files.images, fmt::join(pictures.sizes, ", "));
  }
  if (labels.sizes.size() != 1) {
    throw DataError("{}: labels are [count], and this file holds [{}]", files.labels,
                    fmt::join(labels.sizes, ", "));
  }
  if (pictures.sizes[0] != labels.sizes[0]) {
    throw DataError("{} holds {} images, and {} holds {} labels", files.images, pictures.sizes[0],
                    files.labels, labels.sizes[0]);
  }
  if (pictures.bytes.empty()) throw DataError("{}: no image in it", files.images);
  Images images;
  images.width = pictures.sizes.back();
  images.height = *(pictures.sizes.end() - 2);
  if (pictures.sizes.size() == 4) images.channels = pictures.sizes[1];
  images.pixels = pictures.bytes;
  images.labels.assign(labels.bytes.begin(), labels.bytes.end());
  return images;
}

}  // namespace reprise
