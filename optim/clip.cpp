#include "optim/clip.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "core/kernels.h"

namespace reprise {

std::vector<double> gradient_squares(const std::vector<ParameterPtr>& parameters) {
  std::vector<double> squares;
  for (const NamedPart& part : named_parts(parameters)) {
    const bool wanted = part.gradient.defined() && part.parameter->trainable();
    squares.push_back(wanted ? kernels::sum_of_squares(part.gradient.numel(), part.gradient.data()) : 0);
  }
  return squares;
}

double norm_of_squares(const std::vector<double>& squares) {
  return std::sqrt(std::accumulate(squares.begin(), squares.end(), 0.0));
}

double gradient_norm(const std::vector<ParameterPtr>& parameters) {
  return norm_of_squares(gradient_squares(parameters));
}

double clip_factor(double norm, double max_norm) {
  if (!std::isfinite(norm)) throw UsageError("clip: a gradient norm of {} can't be scaled", norm);
  return max_norm > 0 ? std::min(1.0, max_norm / (norm + 1e-6)) : 1.0;
}

}  // namespace reprise
