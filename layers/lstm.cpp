#include "layers/lstm.h"

#include <cmath>

#include "autograd/ops.h"
#include "core/error.h"

namespace reprise {

Lstm::Lstm(int64_t in, int64_t hidden, int64_t layers, double dropout)
    : hidden_(hidden), dropout_(dropout) {
  const auto parameter = [](const Shape& shape) { return std::make_shared<Parameter>(shape); };
  for (int64_t l = 0; l < layers; ++l) {
    layers_.push_back({parameter({4 * hidden, l == 0 ? in : hidden}), parameter({4 * hidden, hidden}),
                       parameter({4 * hidden}), parameter({4 * hidden})});
  }
}

Lstm::Result Lstm::forward(const Context& context, const Variable& x, const LstmState& state,
                           const Tensor& places) const {
  if (x.shape().rank() != 3) {
    throw ShapeError("lstm: the input is [time, batch, in], this one is {}", x.shape());
  }
  const Shape one{x.shape()[1], hidden_};
  const Shape all{static_cast<int64_t>(layers_.size()), one[0], one[1]};
  const auto start = [&](const Tensor& tensor) {
    if (!tensor.defined()) return Tensor::zeros(all);
    if (tensor.shape() == all) return tensor;
    throw ShapeError("lstm: the state before input {} is [layers, batch, hidden] = {}, this one is {}",
                     x.shape(), all, tensor.shape());
  };
  const LstmState before{start(state.h), start(state.c)};
  Result result{x, {Tensor::empty(all), Tensor::empty(all)}};
  for (int64_t l = 0; l < all[0]; ++l) {
    const auto layer = [&](const Tensor& tensor) { return tensor.slice(l, l + 1).view(one); };
    Variable input = result.output;
    if (l > 0) input = dropout_.forward(context.at(static_cast<uint64_t>(l)), input, places);
    const Layer& w = layers_[l];
    const LstmResult run = lstm(input, Variable(layer(before.h)), Variable(layer(before.c)),
                                {context.bind(w.weight_ih), context.bind(w.weight_hh),
                                 context.bind(w.bias_ih), context.bind(w.bias_hh)});
    layer(result.state.h).copy_from(run.h);
    layer(result.state.c).copy_from(run.c);
    result.output = run.output;
  }
  return result;
}

void Lstm::collect(Collector& collector, const std::string& path, std::optional<double> range) const {
  const double bound = range.value_or(1 / std::sqrt(static_cast<double>(hidden_)));
  for (size_t l = 0; l < layers_.size(); ++l) {
    const auto add = [&](const ParameterPtr& parameter, const char* name) {
      collector.add(parameter, Start::uniform, {fmt::format("{}.{}_l{}", path, name, l)}, bound);
    };
    add(layers_[l].weight_ih, "weight_ih");
    add(layers_[l].weight_hh, "weight_hh");
    add(layers_[l].bias_ih, "bias_ih");
    add(layers_[l].bias_hh, "bias_hh");
  }
}

}  // namespace reprise
