// The learning rate as a function of the step: nothing is remembered from step to step.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/config.h"

namespace reprise {

// All types rise from 0 to the peak over W warm-up steps, at step t < W with peak · t / W, so that
// the first update has rate 0. Then, N being the steps in all:
//   constant    the peak
//   linear      falls along (N − t) / (N − W); Hugging Face's
//   polynomial  falls along (1 − t / N)^power, which counts from step 0: at t = W the rate jumps
//               down to where a fall without warm-up would be. Google's, for BERT and ALBERT
//               (optimization.py)
//   cosine      falls along ½ (1 + cos(π (t − W) / (N − W))); Hugging Face's
struct ScheduleConfig {
  std::string type = "linear";
  int64_t warmup_steps = 0;
  std::optional<double> warmup_ratio;
  double power = 1;
  double end_learning_rate = 0;

  void fields(Fields& f);
  void check(Problems& problems) const;
};

// W: warmup_steps, or warmup_ratio · total rounded up.
int64_t warmup_steps(const ScheduleConfig& schedule, int64_t total);

// The rate of the update at `step`, 0 for the first, of `total` in all; after the last, what the
// fall has come down to. Throws ConfigError for an unknown type, UsageError for a negative step or
// total.
double learning_rate(const ScheduleConfig& schedule, double peak, int64_t step, int64_t total);

}  // namespace reprise
