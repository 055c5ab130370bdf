#include "layers/linear.h"

#include "autograd/ops.h"
#include "core/error.h"

namespace reprise {

Linear::Linear(int64_t in, int64_t out, int parts)
    : weight_(std::make_shared<Parameter>(Shape{out, in}, parts)),
      bias_(std::make_shared<Parameter>(Shape{out}, parts)) {}

Variable Linear::forward(const Context& context, const Variable& x, Precision result) const {
  return linear(x, weight(context), bias(context), context.precision, result);
}

Variable Linear::weight(const Context& context) const {
  const Variable shared = context.bind(weight_);
  if (!down_) return shared;
  return low_rank_sum(shared, context.bind(down_), context.bind(up_), relaxation_.scale, parts());
}

Linear Linear::relaxed(const Relaxation& relaxation) const {
  Linear use = *this;
  use.relaxation_ = relaxation;
  const int64_t out = weight_->shape()[0], in = weight_->shape()[1];
  if (relaxation.rank > 0) {
    use.down_ = std::make_shared<Parameter>(Shape{parts() * relaxation.rank, in}, parts());
    use.up_ = std::make_shared<Parameter>(Shape{out, relaxation.rank}, parts());
  }
  if (relaxation.own_biases) use.bias_ = std::make_shared<Parameter>(Shape{out}, parts());
  return use;
}

namespace {

std::vector<std::string> with_suffix(std::vector<std::string> paths, const char* suffix) {
  for (std::string& path : paths) path += suffix;
  return paths;
}

}  // namespace

void Linear::collect_parts(Collector& collector, const std::vector<std::string>& paths) const {
  const FanIn fan_in{{weight_->shape()[1]}};
  collector.add(weight_, Start::random, with_suffix(paths, ".weight"), fan_in);
  if (!relaxation_.own_biases) {
    collector.add(bias_, Start::zeros, with_suffix(paths, ".bias"), fan_in);
  }
}

void Linear::collect_own(Collector& collector, const std::vector<std::string>& paths) const {
  const FanIn fan_in{{weight_->shape()[1]}};
  if (down_) {
    collector.add(down_, Start::random, with_suffix(paths, ".lora_A.weight"), fan_in);
    collector.add(up_, Start::zeros, with_suffix(paths, ".lora_B.weight"));
  }
  if (relaxation_.own_biases) {
    collector.add(bias_, Start::zeros, with_suffix(paths, ".bias"), fan_in);
  }
}

Shape Linear::output_shape(const Shape& input) const {
  const Shape& w = weight_->shape();
  if (input != Shape{w[1]}) {
    throw ShapeError("linear: made for an input of {}, this one is {}", Shape{w[1]}, input);
  }
  return {w[0]};
}

void LinearConfig::fields(Fields& f) {
  f("features", features, "numbers in the output").between(1, 1 << 24).required();
}

Shape LinearConfig::output_shape(const Shape& input) const {
  if (input.rank() == 1) return {features};
  throw ShapeError("linear: its input is [features], this one is {}; put a flatten layer before it",
                   input);
}

LayerCost LinearConfig::cost(const Shape& input) const {
  const ExactCount out = output_shape(input)[0], products = out * input[0];
  return {.parameters = products + out, .connections = products + out, .multiply_adds = products};
}

std::unique_ptr<Layer> LinearConfig::make(const Shape& input) const {
  output_shape(input);
  return std::make_unique<Linear>(input[0], features);
}

}  // namespace reprise
