// What each use of a shared Parameter wants: the instrument that shows why sharing helps or hurts.
//
// The gradient g of a Parameter is the sum of its uses' contributions g_u. Every so many steps the batch goes
// through the model once more on a tape of its own, whose contributions are kept one by one: their norms,
// the cosines between them, and the share ⟨g_u, g⟩ / ⟨g, g⟩ of each, which sum to 1 and may be negative. How
// much two uses can agree at all is told by the noise ceiling: the cosine of the same use on two disjoint
// halves of the batch. Nothing of this touches the training: the weights are the same bits with it.
#pragma once

#include <string>
#include <vector>

#include "core/json.h"
#include "tools/trainer/session.h"

namespace reprise {

// Contributions [n] of each use to the gradient of one part of a Parameter, on two halves of a batch.
struct UseContributions {
  std::vector<std::vector<Tensor>> halves;  // [1 or 2][uses]
};

// {"norm": [U], "cosine": [U][U], "share": [U], "noise_cosine": mean over uses, or null without halves}.
// Where some use leaves whole rows of a matrix alone, as reading a word table does, also "cosine_touched":
// the cosines over the rows that every use touches.
Json use_report(const UseContributions& contributions);

class UseDiagnostics {
 public:
  // Throws ConfigError for a parameter that the model doesn't have, with suggestions.
  UseDiagnostics(const DiagnosticsConfig& config, const Collector& collector);

  bool due(int64_t step) const { return config_.every > 0 && step % config_.every == 0; }

  // Before the step's own passes. Leaves gradients behind that the step clears.
  void measure(const Session& session, int64_t step, const std::vector<Batch>& micro_batches);
  // What measure() saw: {name: use_report()}.
  const Json& uses() const { return uses_; }
  // After the step's update: the line for metrics.jsonl,
  //   {"step": …, "uses": {name: use_report()}, "update_ratio": {name: ‖Δw‖ / ‖w‖}, "layers": …}
  // and, of LAMB, "trust_ratio": {name: ‖w‖ / ‖u‖},
  // where layers, of a task with an encoder(), has "distance" and "angle" (degrees) between each application's
  // input and output, means over the tokens of the first micro-batch (ALBERT's Figure 1).
  Json finish(int64_t step, const Optimizer& optimizer);

 private:
  // One part, as files know it.
  struct Watched {
    std::string name;
    const Parameter* parameter;
    int64_t begin, end;  // rows
  };

  void choose(const Tape& tape);

  DiagnosticsConfig config_;
  const Collector& collector_;
  std::vector<Watched> watched_;
  std::vector<Tensor> before_;  // of each watched part: its weights before the update
  Json uses_, layers_;
};

}  // namespace reprise
