#include "layers/linear.h"

#include "autograd/ops.h"

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

}  // namespace reprise
