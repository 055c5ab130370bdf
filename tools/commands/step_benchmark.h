// The time of a training step, and where it goes.
#pragma once

#include <string>

#include "core/json.h"
#include "tools/trainer/run_config.h"

namespace reprise {

struct StepWork {
  int64_t sequences = 8;
  int64_t length = 128;     // tokens of each, or of the longest
  int64_t mean_length = 0;  // of sequences of different lengths; 0: all have `length`
  int steps = 5;         // that are measured
  int warmup = 2;        // before them
};

// Trains the configured model on random tokens (synthetic_dataset.h), through the code that
// training runs: all losses forward, backward, the norm of the gradients, clipping, the update. A
// step is one micro-batch, whatever training.accumulate says. Returns
//   model, parameters (stored), batch, seq, mean_length, threads, precision, gemm, isa
//   seconds_per_step, tokens_per_s   by the median of the measured steps
//   seconds      {data, forward, backward, optimizer}: medians
//   ops          [{op, count, forward_seconds, backward_seconds}, …]: means of a step, the most
//                expensive first; see autograd/profile.h for what is charged to whom
//   peak_rss_mib                     of the whole process
//   tensor_peak_mib                  the most that tensors took at one time
//   system_allocations_per_step      of tensors, in the last step
//   loss                             of the last step
// Throws as synthetic_dataset and Session do, and Error (out_of_memory) for a model that doesn't
// fit.
Json benchmark_step(const std::string& name, RunConfig config, const StepWork& work);

// The same for reading.
std::string step_text(const Json& measured);

}  // namespace reprise
