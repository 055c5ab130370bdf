// Gradients of a step's micro-batches, added by a fixed binary tree over their numbers.
//
// ((g0 + g1) + (g2 + g3)) + …: the order depends on the numbers alone, so that a step may be split over
// processes or threads at any node of the tree and keep its bits.
#pragma once

#include <optional>
#include <vector>

#include "autograd/parameter.h"

namespace reprise {

class GradientTree {
 public:
  explicit GradientTree(const std::vector<ParameterPtr>& parameters) : parameters_(parameters) {}

  // Takes over the Parameters' gradients as the next micro-batch's, and clears them.
  void add();
  // Puts the sum into the Parameters, and forgets it.
  void finish();
  // Forgets what was added: of a step that wasn't finished.
  void clear() { levels_.clear(); }

 private:
  using Gradients = std::vector<Tensor>;  // by Parameter; undefined where none has arrived

  static Gradients sum(Gradients left, const Gradients& right);

  const std::vector<ParameterPtr>& parameters_;
  std::vector<std::optional<Gradients>> levels_;  // levels_[l]: the sum of 2^l micro-batches
};

}  // namespace reprise
