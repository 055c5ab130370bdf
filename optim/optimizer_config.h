// OptimizerConfig: which optimizer, and its settings. Also kept in a run's resolved config.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/config.h"

namespace reprise {

struct OptimizerConfig {
  std::string type = "adamw";
  double learning_rate = 1e-4;
  double momentum = 0;                       // sgd only
  std::vector<double> betas = {0.9, 0.999};  // these three: all but sgd
  std::optional<bool> bias_correction;
  std::optional<double> epsilon;
  std::optional<double> weight_decay;
  double layer_decay = 1;  // applied by whoever knows the layers: Optimizer::scale_rates
  // Google's list. Of Hugging Face's names it covers all norms and biases of BERT and of ALBERT.
  std::vector<std::string> no_decay = {"bias", "LayerNorm", "layer_norm"};

  void fields(Fields& f);
  void check(Problems& problems) const;

  // The same with those settings filled in whose default depends on the type.
  OptimizerConfig resolved() const;
};

}  // namespace reprise
