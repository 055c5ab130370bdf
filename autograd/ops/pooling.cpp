#include <limits>

#include "autograd/ops.h"
#include "core/error.h"
#include "core/kernels.h"

namespace reprise {

namespace {

kernels::PoolShape plan(std::string_view op, const Shape& x, const Pool2dOptions& o) {
  if (x.rank() != 4 || x.numel() == 0) {
    throw ShapeError("{}: input {} is not [n, maps, height, width], none of them 0", op, x);
  }
  const Size2d image(x[2], x[3]), stride = o.stride.value_or(o.kernel);
  const Size2d places = pool_places(op, image, o.kernel, stride, o.padding);
  if (image.area() > std::numeric_limits<int32_t>::max()) {
    throw ShapeError("{}: the maps of input {} are too large", op, x);
  }
  return {x[0] * x[1], image, o.kernel, stride, o.padding, places};
}

Tensor output(const Shape& x, const kernels::PoolShape& s, DType dtype = kReal) {
  return Tensor::empty({x[0], x[1], s.places.height, s.places.width}, dtype);
}

}  // namespace

// y = Σ x / k over each window of k inputs:  dx = Σ dy / k over the windows that an input is in
Variable avg_pool2d(const Variable& x, const Pool2dOptions& options) {
  const auto s = plan("avg_pool2d", x.shape(), options);
  Tensor y = output(x.shape(), s);
  kernels::avg_pool2d_forward(s, x.value().data(), y.data());
  return record("avg_pool2d", y, {x}, [s](const Tensor& dy, InputGrads& dx) {
    const Sink d = dx.into(0);
    kernels::avg_pool2d_backward(s, dy.data(), d.beta, d.data());
  });
}

// y = max x over each window:  dx = Σ dy over the windows whose largest an input is
Variable max_pool2d(const Variable& x, const Pool2dOptions& options) {
  const auto s = plan("max_pool2d", x.shape(), options);
  Tensor y = output(x.shape(), s), from = output(x.shape(), s, DType::i32);
  kernels::max_pool2d_forward(s, x.value().data(), y.data(), from.data<int32_t>());
  return record("max_pool2d", y, {x}, [s, from](const Tensor& dy, InputGrads& dx) {
    const Sink d = dx.into(0);
    kernels::max_pool2d_backward(s, dy.data(), from.data<int32_t>(), d.beta, d.data());
  });
}

}  // namespace reprise
