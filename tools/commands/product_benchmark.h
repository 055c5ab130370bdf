// The matrix products of a training step by themselves: ours, and the limit that libraries set.
#pragma once

#include <string>
#include <vector>

#include "core/json.h"
#include "core/kernels/machine_limit.h"
#include "layers/models/encoder_config.h"

namespace reprise {

// What a step of `sequences` sequences of `length` tokens, `predictions` of each masked,
// multiplies, forward and backward. The pooler and the sentence head, a row for each sequence, are
// left out.
std::vector<StepProduct> step_products(const EncoderConfig& config, int64_t sequences,
                                       int64_t length, int64_t predictions);

// Measures them (core/kernels/machine_limit.h), which takes half a minute for a base model. Returns
//   model, batch, seq, threads, gemm
//   gflop             floating-point operations, 10^9
//   float32_seconds   at the best of the libraries, shape by shape
//   float32_gflops    the same as operations a second, 10^9
//   bfloat16_seconds  at oneDNN's, or null
//   gemm_seconds      by our own products
// Throws as machine_limit does, and as SyntheticDataset for sequences that are too long.
Json benchmark_products(const std::string& name, const EncoderConfig& config, int64_t sequences,
                        int64_t length);

// The same for reading.
std::string products_text(const Json& measured);

}  // namespace reprise
