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
  int64_t connections(const Shape& input) const override;

  // What there is, for reports. Counts are those of one layer alone.
  struct Step {
    std::string name, type;
    std::unique_ptr<Layer> layer;
    Shape input, output;  // of one sample
    int64_t parameters;
    int64_t connections;
  };
  const std::vector<Step>& steps() const { return steps_; }
  const SequentialConfig& config() const { return config_; }

 private:
  SequentialConfig config_;
  std::vector<Step> steps_;
};

}  // namespace reprise
