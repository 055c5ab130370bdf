// Subsampling: LeNet-5's layers S2 and S4. A unit is coefficient · Σ of its window + bias, and all units
// of a map share the two. LeCun et al. 1998, section II.B.
//
// With "shared": false each connection has a weight of its own, and each unit a bias.
#pragma once

#include <memory>

#include "layers/layer.h"
#include "layers/layer_cost.h"
#include "layers/window_config.h"

namespace reprise {

struct SubsamplingConfig {
  WindowConfig window;
  bool shared = true;

  void fields(Fields& f);
  Shape output_shape(const Shape& input) const;  // [maps, height, width] -> the same, smaller
  LayerCost cost(const Shape& input) const;
  std::unique_ptr<Layer> make(const Shape& input) const;
  void unshare() { shared = false; }
};

class Subsampling : public Layer {
 public:
  Subsampling(const SubsamplingConfig& config, const Shape& input);

  Variable forward(const Context& context, const Variable& x) const override;
  // weight, bias [maps]; not shared: weight [height, width, maps, 1, kernel], bias [maps, height, width]
  void collect(Collector& collector, const std::string& path) const override;
  Shape output_shape(const Shape& input) const override;

 private:
  SubsamplingConfig config_;
  Shape input_;
  ParameterPtr weight_;
  ParameterPtr bias_;
};

}  // namespace reprise
