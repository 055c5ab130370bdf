#include "layers/layer.h"

#include "core/error.h"

namespace reprise {

void Layer::collect(Collector&, const std::string&) const {}

void check_image(std::string_view layer, const Shape& input) {
  if (input.rank() == 3) return;
  throw ShapeError("{}: its input is [maps, height, width], this one is {}", layer, input);
}

}  // namespace reprise
