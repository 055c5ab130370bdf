// The memory that training will take, before anything is allocated.
#pragma once

#include "tools/trainer/ledger.h"
#include "tools/trainer/run_config.h"

namespace reprise {

// In bytes. Weights, gradients and moments are of float32 numbers.
struct MemoryEstimate {
  int64_t weights = 0;
  // Copies of weights in the form that products want; Note [Packed weights] in autograd/ops/operands.h.
  int64_t packed = 0;
  // One for each stored parameter; with n micro-batches in a step, ⌊log2 n⌋ partial sums more.
  int64_t gradients = 0;
  int64_t optimizer = 0;  // moments
  // What the ops of a micro-batch's forward pass keep for backward, and the most that backward
  // needs beside it. An estimate, for sequences of full length. Sharing doesn't make it smaller:
  // every use of a weight has inputs of its own.
  int64_t activations = 0;
  // Code, libraries, their threads' buffers, and what the free list rounds up: measured.
  int64_t program = int64_t{64} << 20;

  int64_t total() const { return weights + packed + gradients + optimizer + activations + program; }
};

// Tensors of a parameter's size that the optimizer keeps: 2, but of sgd 1 with momentum or none.
int moments(const OptimizerConfig& config);

// Batch size, length and predictions that the configuration asks for. Ready-made batches have sizes
// of their own, for which the default batch size and the longest sequence of the model stand in.
Workload workload_of(const RunConfig& config);

// Throws ConfigError when the sizes come to more than can be counted.
MemoryEstimate estimate_memory(const RunConfig& config);

}  // namespace reprise
