// BatchesDataset: ready-made batches from a safetensors file, for comparing with other programs.
//
// B = steps, S = sequences of a micro-batch, L = padded length; all tensors of any integer type.
//   input_ids [B, S, L], labels [B, S, L] (-100: not predicted)
//   attention_mask [B, S, L]  1 token, 0 padding, which only follows a sequence; absent: no padding
//   token_type_ids [B, S, L]  absent: all 0
//   sentence_labels [B, S]    absent: no sentence task
// Micro-batch n is row n.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/safetensors.h"
#include "data/batches_config.h"
#include "data/dataset.h"

namespace reprise {

// One file of batches. Opening it checks names and shapes, reading a row checks that row; what is
// wrong is a DataError with tensor, step, sequence and position.
class BatchFile {
 public:
  BatchFile(const std::string& path, const DatasetSettings& settings);

  int64_t steps() const { return steps_; }
  int64_t sequences() const { return sequences_; }
  bool has_sentence_labels() const { return file_.contains("sentence_labels"); }
  TokenBatch read(int64_t step, int64_t first_sequence) const;
  const std::string& path() const { return file_.path(); }

 private:
  void check_shape(const char* name, std::vector<int64_t> wanted) const;
  Tensor row(const char* name, int64_t step) const;
  struct Row;  // the tensors of one step
  Example example(const Row& row, int64_t step, int64_t sequence) const;
  int64_t tokens_of(const Row& row, int64_t step, int64_t sequence) const;
  std::optional<int32_t> sentence_label_of(const Row& row, int64_t step, int64_t sequence) const;

  SafetensorsFile file_;
  DatasetSettings settings_;
  int64_t steps_ = 0, sequences_ = 0, length_ = 0;
};

class BatchesDataset final : public TokenDataset {
 public:
  // Reads and checks all batches once. Throws DataError, and ConfigError when the settings ask for
  // another number of sequences than the file has (0: the file's).
  BatchesDataset(const BatchesConfig& config, const DatasetSettings& settings);

  TokenBatch batch(int64_t micro_batch, int64_t first_sequence) const override;
  std::optional<int64_t> length() const override { return train_.steps(); }
  int64_t sequences_per_batch() const override { return train_.sequences(); }
  int64_t evaluation_batches() const override { return evaluation().steps(); }
  TokenBatch evaluation_batch(int64_t index) const override { return evaluation().read(index, 0); }
  const Baseline& baseline() const override { return baseline_; }
  bool evaluates_on_training_data() const override { return !valid_; }
  int64_t vocabulary_size() const override { return vocabulary_size_; }
  bool has_sentence_labels() const override { return train_.has_sentence_labels(); }
  std::string description() const override;
  const std::vector<std::string>& warnings() const override { return warnings_; }

 private:
  const BatchFile& evaluation() const { return valid_ ? *valid_ : train_; }
  Baseline measure() const;

  int64_t vocabulary_size_;
  BatchFile train_;
  std::optional<BatchFile> valid_;
  Baseline baseline_;
  std::vector<std::string> warnings_;
};

}  // namespace reprise
