// How long a product takes in a library, with the library's own threads; see machine_limit.h.
#pragma once

#include <optional>

#include "core/kernels/machine_limit.h"

namespace reprise {

// Seconds of all uses of the product in a step. Only where CMake found the library.
double onednn_float32_seconds(const StepProduct& product, int threads);
std::optional<double> onednn_bfloat16_seconds(const StepProduct& product, int threads);
// None for several products at a time, for which this library has no call.
std::optional<double> openblas_seconds(const StepProduct& product, int threads);

}  // namespace reprise
