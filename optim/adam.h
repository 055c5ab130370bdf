// Adam (Kingma & Ba 2015) and AdamW (Loshchilov & Hutter 2019), t counting updates from 1:
//   m = β1 m + (1 − β1) g;   v = β2 v + (1 − β2) g²
//   w −= rate · (m / (1 − β1^t)) / (√(v / (1 − β2^t)) + ε)
// Adam adds decay · w to the gradient, as torch.optim.Adam. AdamW shrinks the weights instead,
// before that step: w −= rate · decay · w, as torch.optim.AdamW.
// Without bias correction both 1 − β^t are 1: AdamW is then the optimizer of the original BERT code
// (google-research/bert, optimization.py), whose first updates are up to 6.6 times as large.
#pragma once

#include "optim/optimizer.h"

namespace reprise {

class Adam : public Optimizer {
 public:
  // config.type "adam" adds decay to the gradient, "adamw" decouples it.
  Adam(const std::vector<ParameterPtr>& parameters, const OptimizerConfig& config);

 private:
  void update(const Part& part, const real* gradient, const Step& step) override;

  double beta1_, beta2_, epsilon_;
  bool bias_correction_;
  bool decoupled_;
};

}  // namespace reprise
