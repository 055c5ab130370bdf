// The layers of a Sequential by name, and what a configuration says of one of them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "layers/activation.h"
#include "layers/conv2d.h"
#include "layers/dropout.h"
#include "layers/flatten.h"
#include "layers/linear.h"
#include "layers/pool2d.h"
#include "layers/rbf_output.h"
#include "layers/subsampling.h"

namespace reprise {

struct NoLayer {};  // no type is given yet

// To add a type of layer: its class and its config in a file of their own, the config here, and a row
// with its name in registry.cpp. Configs list fields of the same name alike: kernel is a kernel
// everywhere. What a config has: fields(f), output_shape(input), which throws ShapeError when such a
// sample doesn't fit, and make(input); it may have cost(input), check(problems) and unshare().
using AnyLayerConfig =
    std::variant<NoLayer, Conv2dConfig, Pool2dConfig<Pooling::average>, Pool2dConfig<Pooling::max>,
                 SubsamplingConfig, FlattenConfig, LinearConfig, ActivationConfig<Activation::relu>,
                 ActivationConfig<Activation::gelu>, ActivationConfig<Activation::tanh>,
                 ActivationConfig<Activation::sigmoid>, ActivationConfig<Activation::scaled_tanh>,
                 DropoutConfig, RbfOutputConfig>;

std::vector<std::string> layer_types();

// {"type": "conv2d", "channels": 6, "kernel": 5}: the fields after the name are the type's own.
struct LayerConfig {
  std::string type;
  std::optional<std::string> name;
  AnyLayerConfig own;

  void fields(Fields& f);
  void check(Problems& problems) const;

  // The shape of a sample behind the layer. Throws ShapeError when `input` doesn't fit.
  Shape output_shape(const Shape& input) const;
  LayerCost cost(const Shape& input) const;
  std::unique_ptr<Layer> make(const Shape& input) const;
  // Gives every connection a weight of its own.
  void unshare();
};

}  // namespace reprise
