// ImageBatches: ready-made batches of labelled images from a safetensors file.
//
//   images [steps, images, channels, height, width], any type of floating point
//   labels [steps, images], any type of integer
#pragma once

#include <string>
#include <vector>

#include "data/batches_config.h"
#include "data/dataset.h"
#include "data/step_rows.h"

namespace reprise {

class ImageBatches final : public LabelledImages {
 public:
  // Checks names and shapes; reading a row checks that row. Throws DataError, and ConfigError when the
  // images don't have the size that the model takes, or another number of sequences is asked for.
  ImageBatches(const BatchesConfig& config, const DatasetSettings& settings);

  ImageBatch batch(int64_t micro_batch, int64_t first_sequence) const override;
  std::optional<int64_t> length() const override { return files_.train.steps(); }
  int64_t sequences_per_batch() const override { return files_.train.sequences(); }
  int64_t training_batches() const override { return files_.train.steps(); }
  ImageBatch training_batch(int64_t index) const override { return batch(index, 0); }
  int64_t evaluation_batches() const override { return files_.evaluation().steps(); }
  ImageBatch evaluation_batch(int64_t index) const override;
  bool evaluates_on_training_data() const override { return !files_.valid; }
  std::string description() const override { return files_.description("images"); }
  const std::vector<std::string>& warnings() const override { return files_.warnings; }

 private:
  StepRows open(const std::string& path) const;
  ImageBatch read(const StepRows& file, int64_t step, int64_t first_sequence) const;

  DatasetSettings settings_;
  TrainAndValid files_;
};

}  // namespace reprise
