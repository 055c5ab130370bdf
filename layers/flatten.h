// Flatten: the numbers of each sample in a row, as linear layers take them.
#pragma once

#include <memory>

#include "autograd/ops.h"
#include "core/config.h"
#include "layers/layer.h"

namespace reprise {

class Flatten : public Layer {
 public:
  Variable forward(const Context&, const Variable& x) const override {
    return view(x, {x.shape()[0], x.shape()[0] == 0 ? 0 : x.value().numel() / x.shape()[0]});
  }
  Shape output_shape(const Shape& input) const override { return {input.numel()}; }
};

struct FlattenConfig {
  void fields(Fields&) {}
  Shape output_shape(const Shape& input) const { return Flatten().output_shape(input); }
  std::unique_ptr<Layer> make(const Shape&) const { return std::make_unique<Flatten>(); }
};

}  // namespace reprise
