#include "optim/sgd.h"

#include "core/parallel.h"

namespace reprise {

namespace {

constexpr int64_t kGrain = 1 << 15;  // enough work for the price of waking a thread

}  // namespace

Sgd::Sgd(const std::vector<ParameterPtr>& parameters, const OptimizerConfig& config)
    : Optimizer(parameters, config,
                config.momentum > 0 ? std::vector<std::string>{"momentum_buffer"}
                                            : std::vector<std::string>{}),
      momentum_(static_cast<real>(config.momentum)) {}

void Sgd::update(const Part& part, const real* g, const Step& step) {
  const real rate = static_cast<real>(step.learning_rate);
  const real scale = static_cast<real>(step.gradient_scale);
  const real decay = static_cast<real>(part.weight_decay);
  real* w = part.value.data();
  if (part.moments.empty()) {
    parallel_ranges(part.value.numel(), kGrain, [=](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) w[i] -= rate * (scale * g[i] + decay * w[i]);
    });
    return;
  }
  // PyTorch's first buffer is the gradient itself; so is momentum · 0 + g.
  real* b = part.moments[0].data();
  const real momentum = momentum_;
  parallel_ranges(part.value.numel(), kGrain, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      b[i] = momentum * b[i] + (scale * g[i] + decay * w[i]);
      w[i] -= rate * b[i];
    }
  });
}

}  // namespace reprise
