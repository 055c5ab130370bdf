// Stochastic gradient descent with momentum, as torch.optim.SGD has it (dampening 0, no Nesterov):
//   g += decay · w;   b = momentum · b + g;   w −= rate · b
#pragma once

#include "optim/optimizer.h"

namespace reprise {

class Sgd : public Optimizer {
 public:
  Sgd(const std::vector<ParameterPtr>& parameters, const OptimizerConfig& config);

 private:
  void update(const Part& part, const real* gradient, const Step& step) override;

  real momentum_;  // 0: no buffer is kept
};

}  // namespace reprise
