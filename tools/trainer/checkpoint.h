// Checkpoints: the complete state of a training run, committed as one directory (core/commit_directory.h).
//
// Complete by construction: random numbers are functions of the seed and the place, and batches of their
// number, so weights, moments, what a recurrent model carries, and the few numbers of TrainingState are
// all there is.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "autograd/parameter.h"
#include "core/gemm.h"
#include "core/json.h"
#include "core/safetensors.h"
#include "optim/optimizer.h"

namespace reprise {

struct TrainingState {
  int64_t step = 0;              // of the next update: so many are behind
  int64_t evaluated = -1;        // the step that the last evaluation was made at
  int64_t nonfinite_steps = 0;   // skipped because a loss or gradient wasn't finite
  int64_t nonfinite_in_row = 0;
  double seconds = 0;            // of training so far
  double rate_scale = 1;         // of the learning rate, after rollbacks
  int64_t rollbacks = 0;
  Json watch;                    // Watch::state(); null before the first step
  std::optional<double> best_score;  // of training.keep_best
  int64_t best_step = 0;             // that it was reached at
  int64_t without_better = 0;        // evaluations since then
  double joules = 0;                 // of training so far, where the processor says
  int64_t metrics_bytes = 0;     // length of metrics.jsonl; what was written after is cut off on resuming
};

// What must not change between stopping and resuming for the bits to stay the same.
struct NumericIdentity {
  std::string gemm;  // backend and precision of products
  std::string isa;
};
NumericIdentity numeric_identity(Precision precision);

// What is saved, and where it is restored to.
struct Trained {
  const std::vector<ParameterPtr>& parameters;
  Optimizer& optimizer;
  const std::vector<Tensor>& carried;  // see Task::initial_state
};

// The values of a model's parts, under their names.
std::vector<NamedTensor> weights_of(const std::vector<ParameterPtr>& parameters);
// Copies a file's tensors into those in memory. Throws Error (corrupt) when it has others.
void restore_tensors(const std::string& path, const std::vector<NamedTensor>& tensors);

// Writes checkpoints/step-<number>, then removes all but the newest `keep`. Throws Error (io) and leaves
// the older ones when it can't.
void save_checkpoint(const std::string& checkpoints, const std::string& config_hash,
                     const NumericIdentity& identity, const TrainingState& state,
                     const Trained& trained, int keep);

// The same for a checkpoint of that step: what is trained may change (sharing_schedule.h).
using TrainedAt = std::function<Trained(int64_t step)>;

struct LoadedCheckpoint {
  std::string path;
  TrainingState state;
  NumericIdentity identity;
};

// Restores the newest checkpoint that verifies; nothing when there is none at all. `warn` hears of those
// that were skipped. Throws Error: corrupt when there are some and none can be trusted.
std::optional<LoadedCheckpoint> load_newest_checkpoint(
    const std::string& checkpoints, const std::string& config_hash, const TrainedAt& trained,
    const std::function<void(const std::string&)>& warn);

// Restores this one. Throws Error: corrupt, or config when it is of another configuration.
LoadedCheckpoint load_checkpoint(const std::string& path, const std::string& config_hash,
                                 const TrainedAt& trained);

}  // namespace reprise
