#include "data/images/image_dataset.h"

#include <algorithm>

#include "core/error.h"
#include "data/images/resize.h"

namespace reprise {

namespace {

// Places of the seed.
constexpr uint64_t kOrder = 11, kShifts = 12;

constexpr int64_t kEvaluated = 256;  // images at once

Images read(const ImageDataConfig& config, const ImageFilesConfig& files) {
  try {
    return load_images(config.files(files));
  } catch (const Error& error) {
    if (error.code() != ExitCode::no_input || !config.source) throw;
    throw Error(ExitCode::no_input, "{}. To get the images: {}", error.what(), *config.source);
  }
}

}  // namespace

ImageDataset::ImageDataset(const ImageDataConfig& config, const DatasetSettings& settings)
    : settings_(settings),
      shift_(config.shift),
      train_(load(config, config.train)),
      epochs_(train_.count(), settings.sequences, RandomKey(settings.seed).at(kOrder)),
      shifts_(RandomKey(settings.seed).at(kShifts)) {
  if (config.valid) valid_ = load(config, *config.valid);
  const double low = config.range[0], step = (config.range[1] - low) / 255;
  for (int value = 0; value < 256; ++value) scaled_[value] = static_cast<real>(low + step * value);
  if (!valid_) {
    warnings_.emplace_back("there are no images for evaluation (data.valid): it uses those of training");
  }
}

Images ImageDataset::load(const ImageDataConfig& config, const ImageFilesConfig& files) const {
  Images images = read(config, files);
  const std::string name = files.images.string();
  if (config.size) {
    images = fitted(images, *config.size, *config.size, config.fit == "pad" ? Fit::pad : Fit::resize);
  }
  const std::vector<int64_t> size = {images.channels, images.height, images.width};
  if (!settings_.image.empty() && size != settings_.image) {
    throw ConfigError("{}: images are [{}], and the model takes [{}] (model.input); data.size brings "
                      "them to another height and width", name, fmt::join(size, ", "),
                      fmt::join(settings_.image, ", "));
  }
  const int32_t largest = *std::max_element(images.labels.begin(), images.labels.end());
  if (settings_.classes > 0 && largest >= settings_.classes) {
    throw ConfigError("{}: label {} is there, and the model has {} outputs, for labels from 0",
                      name, largest, settings_.classes);
  }
  return images;
}

ImageBatch ImageDataset::empty_batch(int64_t count, int64_t first_sequence) const {
  ImageBatch batch;
  batch.images = Tensor::empty({count, train_.channels, train_.height, train_.width});
  batch.labels = Tensor::empty({count}, DType::i32);
  batch.number = Tensor::empty({count}, DType::i32);
  const auto number = batch.number.values<int32_t>();
  for (int64_t i = 0; i < count; ++i) number[i] = static_cast<int32_t>(first_sequence + i);
  return batch;
}

// One image, moved; what moves in is like the pixel 0.
void ImageDataset::write(const Images& images, int64_t index, int64_t down, int64_t right,
                         real* to) const {
  const uint8_t* pixels = images.pixels.data() + index * images.pixels_each();
  for (int64_t c = 0; c < images.channels; ++c) {
    for (int64_t y = 0; y < images.height; ++y) {
      for (int64_t x = 0; x < images.width; ++x) {
        const int64_t row = y - down, col = x - right;
        const bool inside = row >= 0 && row < images.height && col >= 0 && col < images.width;
        *to++ = scaled_[inside ? pixels[(c * images.height + row) * images.width + col] : 0];
      }
    }
  }
}

ImageBatch ImageDataset::batch(int64_t micro_batch, int64_t first_sequence) const {
  const std::vector<int32_t> items = epochs_.items(micro_batch);
  ImageBatch batch = empty_batch(static_cast<int64_t>(items.size()), first_sequence);
  const RandomKey key = shifts_.at(static_cast<uint64_t>(epochs_.epoch_of(micro_batch)));
  const auto labels = batch.labels.values<int32_t>();
  for (size_t i = 0; i < items.size(); ++i) {
    RandomStream random(key.at(static_cast<uint64_t>(items[i])));
    const auto moved = [&] {
      return static_cast<int64_t>(random.below(static_cast<uint64_t>(2 * shift_ + 1))) - shift_;
    };
    const int64_t down = moved(), right = moved();
    write(train_, items[i], down, right,
          batch.images.data() + static_cast<int64_t>(i) * train_.pixels_each());
    labels[i] = train_.labels[items[i]];
  }
  return batch;
}

namespace {

int64_t batches_of(const Images& images) { return (images.count() + kEvaluated - 1) / kEvaluated; }

}  // namespace

int64_t ImageDataset::training_batches() const { return batches_of(train_); }
int64_t ImageDataset::evaluation_batches() const { return batches_of(evaluated()); }

ImageBatch ImageDataset::unmoved(const Images& images, int64_t index) const {
  const int64_t first = index * kEvaluated, count = std::min(kEvaluated, images.count() - first);
  ImageBatch batch = empty_batch(count, 0);
  for (int64_t i = 0; i < count; ++i) {
    write(images, first + i, 0, 0, batch.images.data() + i * images.pixels_each());
  }
  std::copy_n(images.labels.begin() + first, count, batch.labels.values<int32_t>().begin());
  return batch;
}

std::string ImageDataset::description() const {
  std::string text = fmt::format("images: {} of {} x {} x {}", train_.count(), train_.channels,
                                 train_.height, train_.width);
  if (shift_ > 0) text += fmt::format(", shifted by up to {}", shift_);
  if (valid_) text += fmt::format("; held out: {}", valid_->count());
  return text;
}

}  // namespace reprise
