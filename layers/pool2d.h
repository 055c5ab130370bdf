// Pooling: the mean or the largest of each window of a map. There are no weights.
#pragma once

#include <memory>

#include "layers/layer.h"
#include "layers/layer_cost.h"
#include "layers/window_config.h"

namespace reprise {

enum class Pooling : uint8_t { average, max };

class Pool2d : public Layer {
 public:
  Pool2d(Pooling pooling, const WindowConfig& window) : pooling_(pooling), window_(window) {}

  Variable forward(const Context& context, const Variable& x) const override;
  Shape output_shape(const Shape& input) const override;  // [maps, height, width]

 private:
  Pooling pooling_;
  WindowConfig window_;
};

template <Pooling pooling>
struct Pool2dConfig {
  WindowConfig window;

  void fields(Fields& f) { window.fields(f); }
  Shape output_shape(const Shape& input) const { return Pool2d(pooling, window).output_shape(input); }
  LayerCost cost(const Shape& input) const {
    return {.connections = ExactCount(output_shape(input).numel()) * window.kernel_size().area()};
  }
  std::unique_ptr<Layer> make(const Shape&) const { return std::make_unique<Pool2d>(pooling, window); }
};

}  // namespace reprise
