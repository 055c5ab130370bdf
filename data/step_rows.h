// StepRows: a safetensors file of ready-made batches, whose tensors all have a row for each micro-batch.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/safetensors.h"
#include "data/batches_config.h"

namespace reprise {

class StepRows {
 public:
  // `main` is the tensor that tells steps and sequences: [steps, sequences, ..], `rank` sizes in all,
  // called `layout` in errors. Throws DataError when it isn't so, or is empty.
  StepRows(const std::string& path, std::string_view main, int rank, std::string_view layout);

  // Throws DataError unless the tensor has that shape.
  void check_shape(std::string_view name, const std::vector<int64_t>& wanted) const;
  // Row `step` of a tensor, without the first dimension. Throws DataError for a step that isn't there.
  Tensor row(std::string_view name, int64_t step, DType wanted) const;
  // The same of i32; throws DataError for a number outside of [0, below).
  Tensor row_below(std::string_view name, int64_t step, int64_t below) const;
  // Throws ConfigError when another number of sequences is asked for (0: any).
  void check_sequences(int64_t asked) const;

  const std::string& path() const { return file_.path(); }
  const std::vector<int64_t>& shape() const { return shape_; }  // of the main tensor
  int64_t steps() const { return shape_[0]; }
  int64_t sequences() const { return shape_[1]; }

 private:
  SafetensorsFile file_;
  std::vector<int64_t> shape_;
};

// A file to train on and one for evaluation, or the same for both.
struct TrainAndValid {
  // `open` makes the StepRows of a path.
  template <class Open>
  TrainAndValid(const BatchesConfig& config, const Open& open) : train(open(config.path.string())) {
    if (config.valid) valid.emplace(open(config.valid->string()));
    if (!valid) warn();
  }

  StepRows train;
  std::optional<StepRows> valid;
  std::vector<std::string> warnings;

  const StepRows& evaluation() const { return valid ? *valid : train; }
  // What they are called in the log; `things` are what a micro-batch consists of.
  std::string description(std::string_view things) const;

 private:
  void warn();
};

}  // namespace reprise
