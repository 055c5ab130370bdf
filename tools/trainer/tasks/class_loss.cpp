#include "tools/trainer/tasks/class_loss.h"

#include "autograd/ops.h"
#include "tools/trainer/tasks/score.h"

namespace reprise {

namespace {

// [n, classes]: 1 at the label, −1 elsewhere
Tensor targets(const Tensor& labels, int64_t classes) {
  const Tensor targets = Tensor::full({labels.numel(), classes}, -1);
  const auto label = labels.values<int32_t>();
  for (size_t i = 0; i < label.size(); ++i) {
    targets.data()[static_cast<int64_t>(i) * classes + label[i]] = 1;
  }
  return targets;
}

}  // namespace

void ClassLossConfig::fields(Fields& f) {
  f("type", type, "cross_entropy; squared_error from 1 for the right class and -1 for the others; "
    "radial_basis, of distances").one_of({"cross_entropy", "squared_error", "radial_basis"});
  if (type == "radial_basis") {
    f("j", j, "wrong classes are pushed away until about this distance is far enough").above(0);
  }
}

Variable class_loss(const ClassLossConfig& config, const Variable& output, const Tensor& labels,
                    double weight) {
  if (config.type == "radial_basis") return radial_basis_loss(output, labels, config.j, weight);
  if (config.type == "cross_entropy") return cross_entropy(output, labels, weight);
  const int64_t classes = output.shape()[1];
  return squared_error(output, targets(labels, classes), weight / static_cast<double>(classes));
}

std::vector<int32_t> classes_of(const ClassLossConfig& config, const Tensor& output) {
  if (config.type != "radial_basis") return argmax_rows(output);
  const Tensor nearness = output.clone();
  for (real& number : nearness.values<real>()) number = -number;
  return argmax_rows(nearness);
}

}  // namespace reprise
