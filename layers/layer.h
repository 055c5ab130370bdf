// Layer: a step of a model that maps each sample of a batch to another one, and may own Parameters.
#pragma once

#include <string>

#include "autograd/context.h"
#include "layers/collector.h"

namespace reprise {

class Layer {
 public:
  virtual ~Layer() = default;

  // x [n, ..], n samples of a shape that output_shape takes -> [n, output_shape(that shape)..]
  virtual Variable forward(const Context& context, const Variable& x) const = 0;
  // Adds the layer's Parameters under <path>.weight and <path>.bias; most layers have none.
  virtual void collect(Collector& collector, const std::string& path) const;
  // The shape of one sample's output. Throws ShapeError, naming the layer and both shapes, when an input
  // of that shape doesn't fit.
  virtual Shape output_shape(const Shape& input) const = 0;
};

// Throws ShapeError unless input is [maps, height, width].
void check_image(std::string_view layer, const Shape& input);

}  // namespace reprise
