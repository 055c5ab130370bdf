#include "tools/trainer/gradient_tree.h"

#include "core/kernels.h"

namespace reprise {

void GradientTree::add() {
  Gradients carried;
  for (const ParameterPtr& parameter : parameters_) {
    carried.push_back(parameter->has_gradient()
                          ? parameter->gradient().clone(Purpose::gradients) : Tensor());
    parameter->clear_gradient();
  }
  // As in counting: two sums of the same size make one of the next.
  size_t level = 0;
  for (; level < levels_.size() && levels_[level]; ++level) {
    carried = sum(std::move(*levels_[level]), carried);
    levels_[level].reset();
  }
  if (level == levels_.size()) levels_.emplace_back();
  levels_[level] = std::move(carried);
}

void GradientTree::finish() {
  std::optional<Gradients> total;
  for (std::optional<Gradients>& part : levels_) {
    if (part) total = total ? sum(std::move(*part), *total) : std::move(*part);
    part.reset();
  }
  for (size_t i = 0; total && i < parameters_.size(); ++i) {
    if (!(*total)[i].defined()) continue;
    parameters_[i]->clear_gradient();
    parameters_[i]->gradient_sink().tensor().copy_from((*total)[i]);
  }
}

GradientTree::Gradients GradientTree::sum(Gradients left, const Gradients& right) {
  for (size_t i = 0; i < left.size(); ++i) {
    if (!left[i].defined()) {
      left[i] = right[i];
    } else if (right[i].defined()) {
      kernels::scale_add(left[i].numel(), 1, right[i].data(), 1, left[i].data());
    }
  }
  return left;
}

}  // namespace reprise
