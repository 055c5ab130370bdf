#include "optim/adam.h"

#include <cmath>

#include "core/kernels.h"

namespace reprise {

namespace {

// What the kernel divides a moment by at update t: 1 − β^t, or without bias correction 1, but for this:
//
// The kernel's moments are made with β rounded to `real`. For 0.999 as a float32, 1 − β is then off
// by 1.3e-5 of itself, which would be a systematic error of updates; here it is divided out.
double correction(double beta, bool bias_correction, int64_t t) {
  const double rounded = static_cast<real>(beta);
  if (!bias_correction) return (1 - rounded) / (1 - beta);
  return 1 - std::pow(rounded, static_cast<double>(t));
}

}  // namespace

Adam::Adam(const std::vector<ParameterPtr>& parameters, const OptimizerConfig& config)
    : Optimizer(parameters, config, {"exp_avg", "exp_avg_sq"}),
      beta1_(config.betas.at(0)),
      beta2_(config.betas.at(1)),
      epsilon_(config.epsilon.value()),
      bias_correction_(config.bias_correction.value()),
      decoupled_(config.type == "adamw") {}

void Adam::update(const Part& part, const real* gradient, const Step& step) {
  const kernels::AdamStep numbers{
      .rate = static_cast<real>(step.learning_rate),
      .beta1 = static_cast<real>(beta1_),
      .beta2 = static_cast<real>(beta2_),
      .epsilon = static_cast<real>(epsilon_),
      .decay = static_cast<real>(part.weight_decay),
      .correction1 = static_cast<real>(correction(beta1_, bias_correction_, step.update)),
      .correction2 = static_cast<real>(correction(beta2_, bias_correction_, step.update)),
      .decoupled = decoupled_,
  };
  kernels::adam_update(part.value.numel(), numbers, static_cast<real>(step.gradient_scale),
                       gradient, part.moments[0].data(), part.moments[1].data(),
                       part.value.data());
}

}  // namespace reprise
