#include "layers/layer_norm.h"

namespace reprise {

LayerNorm::LayerNorm(int64_t width, double epsilon)
    : gain_(std::make_shared<Parameter>(Shape{width})),
      bias_(std::make_shared<Parameter>(Shape{width})),
      epsilon_(epsilon) {}

Variable LayerNorm::forward(const Context& context, const Variable& x) const {
  return layer_norm(x, context.bind(gain_), context.bind(bias_), epsilon_);
}

Variable LayerNorm::forward(const Context& context, const Variable& x, const Variable& residual,
                            const DropoutOptions& dropout) const {
  return residual_norm(x, residual, context.bind(gain_), context.bind(bias_), epsilon_, dropout);
}

void LayerNorm::collect(Collector& collector, const std::string& path) const {
  collector.add(gain_, Start::ones, {path + ".weight"});
  collector.add(bias_, Start::zeros, {path + ".bias"});
}

}  // namespace reprise
