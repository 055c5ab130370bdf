#include "layers/pool2d.h"

#include "autograd/ops.h"

namespace reprise {

namespace {

const char* name_of(Pooling pooling) {
  return pooling == Pooling::average ? "avg_pool2d" : "max_pool2d";
}

}  // namespace

Variable Pool2d::forward(const Context&, const Variable& x) const {
  const Size2d kernel = window_.kernel_size();
  const Pool2dOptions options{kernel, window_.stride_or(kernel), window_.padding_size()};
  return pooling_ == Pooling::average ? avg_pool2d(x, options) : max_pool2d(x, options);
}

Shape Pool2d::output_shape(const Shape& input) const {
  check_image(name_of(pooling_), input);
  const Size2d kernel = window_.kernel_size();
  const Size2d places = pool_places(name_of(pooling_), {input[1], input[2]}, kernel,
                                    window_.stride_or(kernel), window_.padding_size());
  return {input[0], places.height, places.width};
}

}  // namespace reprise
