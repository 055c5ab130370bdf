// Sequential: layers one after the other. LeNet is such a model, wholly from a file.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "layers/models/sequential_config.h"

namespace reprise {

class Sequential : public Layer {
 public:
  // Throws ShapeError when the layers don't fit each other; SequentialConfig::check finds that first.
  explicit Sequential(const SequentialConfig& config);

  // x [n, input..] -> [n, output..]. Where a sample stands in the step, for dropout: context.places.
  Variable forward(const Context& context, const Variable& x) const override;
  // All Parameters, under torch.nn.Sequential's names: 0.weight, 0.bias, or a layer's own name instead
  // of its number. `path`, if any, and a dot stand in front.
  void collect(Collector& collector, const std::string& path = "") const override;
  Shape output_shape(const Shape& input) const override;

  const SequentialConfig& config() const { return config_; }

 private:
  struct Step {
    std::string name;
    std::unique_ptr<Layer> layer;
  };

  SequentialConfig config_;
  Shape output_;  // of one sample
  std::vector<Step> steps_;
};

}  // namespace reprise
