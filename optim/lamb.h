// LAMB (You et al. 2020) as in the original ALBERT code (google-research/albert,
// lamb_optimizer.py):
//   m = β1 m + (1 − β1) g;   v = β2 v + (1 − β2) g²
//   u = m / (√v + ε) + decay · w;   w −= rate · (‖w‖ / ‖u‖) · u
// The ratio is 1 where either norm is 0 and for parts excluded from decay by name (no_decay); it is
// not clamped. Each part has one ratio, which under sharing serves all uses of the weights. Bias
// correction (of m and v, as in adam.h) is the paper's, not the code's: off by default.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "optim/optimizer.h"

namespace reprise {

class Lamb : public Optimizer {
 public:
  Lamb(const std::vector<ParameterPtr>& parameters, const OptimizerConfig& config);

  std::optional<double> trust_ratio(const std::string& part) const override;

 private:
  void update(const Part& part, const real* gradient, const Step& step) override;

  double beta1_, beta2_, epsilon_;
  bool bias_correction_;
  std::unordered_map<std::string, double> trust_ratios_;
};

}  // namespace reprise
