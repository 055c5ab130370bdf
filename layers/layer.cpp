#include "layers/layer.h"

#include "core/error.h"

namespace reprise {

void Layer::collect(Collector&, const std::string&) const {}

int64_t Layer::connections(const Shape&) const { return 0; }

int64_t count(std::initializer_list<int64_t> factors) {
  int64_t product = 1;
  for (const int64_t factor : factors) {
    if (__builtin_mul_overflow(product, factor, &product)) {
      throw ShapeError("there are more than 2^63 connections");
    }
  }
  return product;
}

void check_image(std::string_view layer, const Shape& input) {
  if (input.rank() == 3) return;
  throw ShapeError("{}: its input is [maps, height, width], this one is {}", layer, input);
}

}  // namespace reprise
