// Conv2d: a convolution, its two relatives without or with less sharing among them.
//
// All units of an output map have the same weights: that is sharing inside one layer (LeCun et al.
// 1989). With "shared": false every unit has weights of its own (a locally connected layer), with a bias
// per unit only the biases are their own (LeCun 1989), and with a table of connections an output map sees
// some of the input maps only (LeNet-5).
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "layers/connections_config.h"
#include "layers/layer.h"
#include "layers/layer_cost.h"
#include "layers/window_config.h"

namespace reprise {

struct Conv2dConfig {
  int64_t channels = 1;
  WindowConfig window;
  double padding_value = 0;
  int64_t groups = 1;
  ConnectionsConfig connections;
  bool shared = true;
  std::optional<std::string> bias;  // map, unit or none

  void fields(Fields& f);
  void check(Problems& problems) const;

  // input [maps, height, width] -> [channels, height, width]
  Shape output_shape(const Shape& input) const;
  LayerCost cost(const Shape& input) const;
  std::unique_ptr<Layer> make(const Shape& input) const;
  // Gives every connection a weight of its own.
  void unshare();

  // How many of `in` maps' numbers a unit of the output map sees.
  int64_t fan_in(int64_t in, int64_t map) const;
  bool has_bias() const { return bias != "none"; }
  bool bias_per_unit() const { return bias.value_or(shared ? "map" : "unit") == "unit"; }
};

class Conv2d : public Layer {
 public:
  // For samples of the shape `input`; of another height and width too where nothing belongs to a unit.
  Conv2d(const Conv2dConfig& config, const Shape& input);

  Variable forward(const Context& context, const Variable& x) const override;
  // weight: as ops.h has it; with a table, instead of [.., out, in, kh, kw], [.., pairs, kh, kw] with the
  // pairs of maps that exist. bias: [out], or [out, height, width] per unit.
  void collect(Collector& collector, const std::string& path) const override;
  Shape output_shape(const Shape& input) const override;

 private:
  Variable weight(const Context& context) const;

  Conv2dConfig config_;
  Shape input_;
  Size2d places_;        // of the output
  Tensor pairs_;         // [pairs] i32; undefined: all
  ParameterPtr weight_;
  ParameterPtr bias_;    // null: none
};

}  // namespace reprise
