// Clipping by the global norm: all gradients are scaled by one factor and keep their direction.
#pragma once

#include <vector>

#include "autograd/parameter.h"

namespace reprise {

// Σ g² of each part, in the order of named_parts(): 0 where there is no gradient, or it isn't wanted.
std::vector<double> gradient_squares(const std::vector<ParameterPtr>& parameters);

// √Σ g² over the gradients of all trainable Parameters that have one, a shared one once; summed in
// double, part by part in the order of the list. Not finite exactly when one of the gradients
// isn't: such an update must not be made. Throws UsageError when a Parameter is listed twice.
double gradient_norm(const std::vector<ParameterPtr>& parameters);
double norm_of_squares(const std::vector<double>& squares);

// What to scale gradients of that norm by so that it is at most max_norm (as PyTorch's
// clip_grad_norm_: min(1, max_norm / (norm + 1e-6))). A max_norm of 0 turns clipping off.
// Throws UsageError when norm isn't finite.
double clip_factor(double norm, double max_norm);

}  // namespace reprise
