#include "layers/models/sequential.h"

#include "core/error.h"

namespace reprise {

namespace {

// The shape of n samples.
Shape batch_of(int64_t n, const Shape& sample) {
  std::vector<int64_t> sizes(sample.sizes().begin(), sample.sizes().end());
  sizes.insert(sizes.begin(), n);
  return Shape(std::span<const int64_t>(sizes));
}

}  // namespace

Sequential::Sequential(const SequentialConfig& config)
    : config_(config), output_(config.output_shape()) {
  Shape shape = config.input_shape();
  for (const LayerConfig& layer : config.layers_to_build()) {
    steps_.push_back({*layer.name, layer.make(shape)});
    shape = layer.output_shape(shape);
  }
}

Variable Sequential::forward(const Context& context, const Variable& x) const {
  const Shape sample = config_.input_shape();
  if (x.shape().rank() == 0 || x.shape() != batch_of(x.shape()[0], sample)) {
    throw ShapeError("sequential: made for samples of {}, the batch is {}", sample, x.shape());
  }
  Variable y = x;
  for (size_t i = 0; i < steps_.size(); ++i) {
    y = steps_[i].layer->forward(context.at(i), y);
  }
  return y;
}

void Sequential::collect(Collector& collector, const std::string& path) const {
  for (const Step& step : steps_) {
    step.layer->collect(collector, path.empty() ? step.name : path + "." + step.name);
  }
}

Shape Sequential::output_shape(const Shape& input) const {
  if (input != config_.input_shape()) {
    throw ShapeError("sequential: made for an input of {}, this one is {}", config_.input_shape(),
                     input);
  }
  return output_;
}

}  // namespace reprise
