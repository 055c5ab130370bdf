// WordBatches: ready-made batches of words from a safetensors file.
//
//   input_ids, labels [steps, streams, time], any type of integer: words and the words after them
// The state is zero before the first batch, and carried from batch to batch.
#pragma once

#include <string>
#include <vector>

#include "data/batches_config.h"
#include "data/dataset.h"
#include "data/step_rows.h"

namespace reprise {

class WordBatches final : public WordDataset {
 public:
  // Checks names and shapes; reading a row checks that row. Throws DataError, and ConfigError when
  // another number of streams is asked for.
  WordBatches(const BatchesConfig& config, const DatasetSettings& settings);

  WordBatch batch(int64_t micro_batch, int64_t first_sequence) const override;
  std::optional<int64_t> length() const override { return files_.train.steps(); }
  int64_t sequences_per_batch() const override { return files_.train.sequences(); }
  int64_t evaluation_batches() const override { return files_.evaluation().steps(); }
  WordBatch evaluation_batch(int64_t index) const override;
  bool evaluates_on_training_data() const override { return !files_.valid; }
  double unigram_loss() const override;
  std::string description() const override { return files_.description("streams"); }
  const std::vector<std::string>& warnings() const override { return files_.warnings; }

 private:
  WordBatch read(const StepRows& file, int64_t step) const;

  int64_t vocabulary_size_;
  TrainAndValid files_;
};

}  // namespace reprise
