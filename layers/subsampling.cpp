#include "layers/subsampling.h"

#include "autograd/ops.h"
#include "core/error.h"
#include "layers/pool2d.h"

namespace reprise {

void SubsamplingConfig::fields(Fields& f) {
  window.fields(f);
  f("shared", shared, "all units of a map have the same weights; false: each has its own");
}

Shape SubsamplingConfig::output_shape(const Shape& input) const {
  return Pool2d(Pooling::average, window).output_shape(input);
}

LayerCost SubsamplingConfig::cost(const Shape& input) const {
  const Shape output = output_shape(input);
  const ExactCount units = output.numel(), inputs = units * window.kernel_size().area();
  return {.parameters = shared ? ExactCount(2) * output[0] : inputs + units,
          .connections = inputs + units,
          .multiply_adds = shared ? units : inputs,
          .uses = shared ? output[1] * output[2] : 1};
}

std::unique_ptr<Layer> SubsamplingConfig::make(const Shape& input) const {
  return std::make_unique<Subsampling>(*this, input);
}

Subsampling::Subsampling(const SubsamplingConfig& config, const Shape& input)
    : config_(config), input_(input) {
  const Shape output = config.output_shape(input);
  const Size2d kernel = config.window.kernel_size();
  const Shape one{input[0]};
  const Shape own{output[1], output[2], input[0], 1, kernel.height, kernel.width};
  weight_ = std::make_shared<Parameter>(config.shared ? one : own);
  bias_ = std::make_shared<Parameter>(config.shared ? one : output);
}

Variable Subsampling::forward(const Context& context, const Variable& x) const {
  const Size2d kernel = config_.window.kernel_size(), stride = config_.window.stride_or(kernel);
  const Size2d padding = config_.window.padding_size();
  if (!config_.shared) {
    return locally_connected2d(x, context.bind(weight_), context.bind(bias_),
                               {.stride = stride, .padding = padding, .groups = input_[0]});
  }
  const Variable sums =
      scale(avg_pool2d(x, {kernel, stride, padding}), static_cast<double>(kernel.area()));
  return scale_maps(sums, context.bind(weight_), context.bind(bias_));
}

void Subsampling::collect(Collector& collector, const std::string& path) const {
  const FanIn fan_in{{config_.window.kernel_size().area()}};
  collector.add(weight_, Start::random, {path + ".weight"}, fan_in);
  collector.add(bias_, Start::zeros, {path + ".bias"}, fan_in);
}

Shape Subsampling::output_shape(const Shape& input) const {
  const Shape output = config_.output_shape(input);
  if (input[0] != input_[0] || (!config_.shared && input != input_)) {
    throw ShapeError("subsampling: made for an input of {}, this one is {}", input_, input);
  }
  return output;
}

}  // namespace reprise
