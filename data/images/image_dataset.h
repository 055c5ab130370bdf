// ImageDataset: labelled images from files, resized, scaled and shifted.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/epochs.h"
#include "data/images/image_config.h"

namespace reprise {

class ImageDataset final : public LabelledImages {
 public:
  // Reads all images. Throws DataError and Error as load_images(), and ConfigError when they don't have
  // the size or the classes of the model.
  ImageDataset(const ImageDataConfig& config, const DatasetSettings& settings);

  ImageBatch batch(int64_t micro_batch, int64_t first_sequence) const override;
  std::optional<int64_t> batches_per_epoch() const override { return epochs_.batches_per_epoch(); }
  int64_t sequences_per_batch() const override { return settings_.sequences; }
  int64_t training_batches() const override;
  ImageBatch training_batch(int64_t index) const override { return unmoved(train_, index); }
  int64_t evaluation_batches() const override;
  ImageBatch evaluation_batch(int64_t index) const override { return unmoved(evaluated(), index); }
  bool evaluates_on_training_data() const override { return !valid_; }
  std::string description() const override;
  const std::vector<std::string>& warnings() const override { return warnings_; }

  const Images& train() const { return train_; }
  const Images& evaluated() const { return valid_ ? *valid_ : train_; }

 private:
  Images load(const ImageDataConfig& config, const ImageFilesConfig& files) const;
  ImageBatch unmoved(const Images& images, int64_t index) const;
  ImageBatch empty_batch(int64_t count, int64_t first_sequence) const;
  void write(const Images& images, int64_t index, int64_t down, int64_t right, real* to) const;

  DatasetSettings settings_;
  int64_t shift_;
  std::array<real, 256> scaled_;  // what a pixel's value becomes
  Images train_;
  std::optional<Images> valid_;
  Epochs epochs_;
  RandomKey shifts_;
  std::vector<std::string> warnings_;
};

}  // namespace reprise
