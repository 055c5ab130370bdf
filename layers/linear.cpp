#include "layers/linear.h"

#include "autograd/ops.h"
#include "core/error.h"

namespace reprise {

Linear::Linear(int64_t in, int64_t out, int parts)
    : weight_(std::make_shared<Parameter>(Shape{out, in}, parts)),
      bias_(std::make_shared<Parameter>(Shape{out}, parts)) {}

Variable Linear::forward(const Context& context, const Variable& x, Precision result) const {
  return linear(x, context.bind(weight_), context.bind(bias_), context.precision, result);
}

void Linear::collect_parts(Collector& collector, const std::vector<std::string>& paths) const {
  std::vector<std::string> weights, biases;
  for (const std::string& path : paths) {
    weights.push_back(path + ".weight");
    biases.push_back(path + ".bias");
  }
  const FanIn fan_in{{weight_->shape()[1]}};
  collector.add(weight_, Start::random, weights, fan_in);
  collector.add(bias_, Start::zeros, biases, fan_in);
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
