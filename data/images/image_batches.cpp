#include "data/images/image_batches.h"

#include <limits>
#include <numeric>

#include "core/error.h"

namespace reprise {

ImageBatches::ImageBatches(const BatchesConfig& config, const DatasetSettings& settings)
    : settings_(settings), files_(config, [this](const std::string& path) { return open(path); }) {
  files_.train.check_sequences(settings.sequences);
}

StepRows ImageBatches::open(const std::string& path) const {
  StepRows file(path, "images", 5, "[steps, images, channels, height, width]");
  file.check_shape("labels", {file.steps(), file.sequences()});
  const std::vector<int64_t> image(file.shape().begin() + 2, file.shape().end());
  if (!settings_.image.empty() && image != settings_.image) {
    throw ConfigError("{}: images are [{}], and the model takes [{}] (model.input)", path,
                      fmt::join(image, ", "), fmt::join(settings_.image, ", "));
  }
  return file;
}

ImageBatch ImageBatches::read(const StepRows& file, int64_t step, int64_t first_sequence) const {
  const int64_t classes =
      settings_.classes > 0 ? settings_.classes : std::numeric_limits<int32_t>::max();
  ImageBatch batch{.images = file.row("images", step, kReal),
                   .labels = file.row_below("labels", step, classes),
                   .number = Tensor::empty({file.sequences()}, DType::i32)};
  const auto number = batch.number.values<int32_t>();
  std::iota(number.begin(), number.end(), static_cast<int32_t>(first_sequence));
  return batch;
}

ImageBatch ImageBatches::batch(int64_t micro_batch, int64_t first_sequence) const {
  return read(files_.train, micro_batch, first_sequence);
}

ImageBatch ImageBatches::evaluation_batch(int64_t index) const {
  return read(files_.evaluation(), index, 0);
}

}  // namespace reprise
