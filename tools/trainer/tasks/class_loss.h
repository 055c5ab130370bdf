// ClassLoss: what a model that tells classes apart is trained to make small, and how its output answers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "autograd/tape.h"
#include "core/config.h"

namespace reprise {

//   cross_entropy   −log softmax at the right class
//   squared_error   mean over the classes of (output − target)², targets 1 for the right class and −1 for
//                   the others; LeCun et al. 1989
//   radial_basis    of outputs that are distances: the right one's, plus log(e^−j + Σ e^−distance), which
//                   pushes the others away; LeCun et al. 1998, equation 9
struct ClassLossConfig {
  std::string type = "cross_entropy";
  double j = 0.1;

  static const char* shorthand_key() { return "type"; }
  void fields(Fields& f);
};

// weight · the sum over samples; output [n, classes], labels [n] i32 -> []
Variable class_loss(const ClassLossConfig& config, const Variable& output, const Tensor& labels,
                    double weight);
// The class of each sample: of the smallest distance, or of the largest output.
std::vector<int32_t> classes_of(const ClassLossConfig& config, const Tensor& output);

}  // namespace reprise
