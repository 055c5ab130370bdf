// RbfOutput: the output layer of LeNet-5. Class i answers with y_i = Σ_j (x_j − w_ij)², the squared
// distance of the 84 inputs from a fixed picture of its digit; the smallest is the answer. There is
// nothing to train. LeCun et al. 1998, section II.B; its loss is radial_basis_loss in ops.h.
#pragma once

#include <memory>

#include "core/config.h"
#include "layers/layer.h"
#include "layers/layer_cost.h"

namespace reprise {

class RbfOutput : public Layer {
 public:
  RbfOutput();

  // x [n, 84] -> [n, 10]
  Variable forward(const Context& context, const Variable& x) const override;
  Shape output_shape(const Shape& input) const override;

 private:
  Tensor codes_;  // [10, 84]
};

struct RbfOutputConfig {
  void fields(Fields&) {}
  Shape output_shape(const Shape& input) const { return RbfOutput().output_shape(input); }
  LayerCost cost(const Shape& input) const {
    const ExactCount codes = ExactCount(input.numel()) * output_shape(input).numel();
    return {.connections = codes, .multiply_adds = codes};
  }
  std::unique_ptr<Layer> make(const Shape&) const { return std::make_unique<RbfOutput>(); }
};

}  // namespace reprise
