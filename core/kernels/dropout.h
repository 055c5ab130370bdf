// The rule of dropout(p), for the kernels that contain one.
#pragma once

#include "core/kernels/row_kernels.h"
#include "core/rng.h"

namespace reprise::kernels {

// Throws UsageError unless 0 <= p <= 1.
DropoutRule dropout_rule(real p, RandomKey key);

}  // namespace reprise::kernels
