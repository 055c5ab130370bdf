// SequentialConfig: a model as a list of layers, one after the other. Shapes are inferred.
//
//   {"type": "sequential", "input": [1, 28, 28], "layers": [
//     {"type": "conv2d", "channels": 6, "kernel": 5, "padding": 2}, {"type": "tanh"},
//     {"type": "flatten"}, {"type": "linear", "features": 10, "name": "output"}]}
#pragma once

#include <string>
#include <vector>

#include "core/config.h"
#include "layers/initializers.h"
#include "layers/registry.h"

namespace reprise {

struct SequentialConfig {
  std::string type = "sequential";
  std::vector<int64_t> input;
  std::vector<LayerConfig> layers;
  // The twin of the model whose convolutions and subsamplings share nothing: each of their connections
  // has a weight of its own, and each unit its bias. Other layers share nothing anyway. The twin of
  // LeCun's network of 1989 has 64,660 parameters, as many as it has connections.
  bool locally_connected = false;
  std::string initializer = "pytorch";
  double initializer_range = 0.02;

  void fields(Fields& f);
  void sizes(Fields& f);  // all but the type
  void check(Problems& problems) const;

  Shape input_shape() const { return Shape(std::span<const int64_t>(input)); }
  // The layers as they are built: without sharing when locally_connected, and each with a name.
  std::vector<LayerConfig> layers_to_build() const;
  // Of one sample. Throws ShapeError when the layers don't fit each other; check() finds that first.
  Shape output_shape() const;
  // What there is, in order.
  struct Step {
    std::string name, type;
    Shape output;  // of one sample
    LayerCost cost;
  };
  // Throws as output_shape(), and ConfigError when sizes come to more than can be counted.
  std::vector<Step> steps() const;
  InitializerConfig initialization() const { return {initializer, initializer_range}; }
};

}  // namespace reprise
