// RunConfig: everything that a recipe in configs/ can say.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/config.h"
#include "data/registry.h"
#include "optim/optimizer_config.h"
#include "optim/schedule.h"
#include "tools/trainer/model_config.h"
#include "tools/trainer/sharing_schedule.h"
#include "tools/trainer/watch_config.h"

namespace reprise {

struct TaskConfig {
  std::optional<std::string> type;

  static const char* shorthand_key() { return "type"; }
  void fields(Fields& f);
};

struct TrainingConfig {
  std::optional<int64_t> steps;
  std::optional<double> minutes;
  std::optional<int64_t> epochs;
  std::optional<int64_t> batch_size;
  int64_t accumulate = 1;
  double clip_norm = 1.0;
  int64_t seed = 1;
  std::string precision = "float32";
  int64_t log_every = 10;
  std::optional<int64_t> eval_every;
  int64_t checkpoint_every = 100;
  int64_t keep_checkpoints = 2;
  std::optional<std::string> keep_best;
  std::optional<int64_t> patience;

  void fields(Fields& f);
  void check(Problems& problems) const;

  // Steps that so many passes over data of so many micro-batches are.
  int64_t steps_of(int64_t passes, int64_t batches_per_epoch) const {
    return (passes * batches_per_epoch + accumulate - 1) / accumulate;
  }
};

// What a paper says of the model, to be held against the exact count.
struct PublishedConfig {
  int64_t parameters = 0;  // as printed: in whole millions
  std::string source;

  void fields(Fields& f);
};

// What is watched while training; see use_diagnostics.h.
struct DiagnosticsConfig {
  int64_t every = 0;
  std::vector<std::string> parameters;

  void fields(Fields& f);
};

struct RunConfig {
  std::string description;
  std::optional<PublishedConfig> published;
  TaskConfig task;
  ModelConfig model;
  DataConfig data;
  OptimizerConfig optimizer;
  ScheduleConfig schedule;
  TrainingConfig training;
  std::vector<SharingChange> sharing_schedule;
  DiagnosticsConfig diagnostics;
  WatchConfig watch;

  void fields(Fields& f);
  void check(Problems& problems) const;

  int64_t sequences() const { return training.batch_size.value_or(model.usual_batch()); }
  // Of labelled texts: what a label is.
  LabelKind labels() const;

 private:
  void check_task(Problems& problems) const;
  void check_data(Problems& problems) const;
};

// Reads the recipe of that name (see recipes.h), takes a pretrained model's architecture when
// model.init_from names one, and checks everything. What was left to depend on something else is filled
// in. Throws ConfigError with a line per mistake.
RunConfig load_run_config(const std::string& name, const std::vector<std::string>& overrides);

}  // namespace reprise
