#include "optim/clip.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/kernels.h"

namespace reprise {

double gradient_norm(const std::vector<ParameterPtr>& parameters) {
  double squares = 0;
  for (const NamedPart& part : named_parts(parameters)) {
    if (!part.gradient.defined() || !part.parameter->trainable()) continue;
    squares += kernels::sum_of_squares(part.gradient.numel(), part.gradient.data());
  }
  return std::sqrt(squares);
}

double clip_factor(double norm, double max_norm) {
  if (!std::isfinite(norm)) throw UsageError("clip: a gradient norm of {} can't be scaled", norm);
  return max_norm > 0 ? std::min(1.0, max_norm / (norm + 1e-6)) : 1.0;
}

}  // namespace reprise
