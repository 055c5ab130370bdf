#include "optim/optimizer_config.h"

#include <algorithm>

namespace reprise {

void OptimizerConfig::fields(Fields& f) {
  f("type", type, "the update rule").one_of({"sgd", "adam", "adamw", "lamb"});
  f("learning_rate", learning_rate, "peak rate, reached after the warm-up").at_least(0);
  if (type == "sgd") {
    f("momentum", momentum, "share of the last step that is taken again").at_least(0).below(1);
  } else {
    f("betas", betas, "decay of the running means of gradients and of their squares")
        .count(2)
        .at_least(0)
        .below(1);
    f("bias_correction", bias_correction,
      "make up for the running means' start from 0; default: true, for lamb false. The original "
      "BERT is adamw without it");
    // The least value keeps it above 0 in float32, where it guards a division.
    f("epsilon", epsilon,
      "added to the root of the mean square; default: 1e-8, for lamb and without bias correction "
      "1e-6")
        .at_least(1e-30);
  }
  f("weight_decay", weight_decay,
    "pull of the weights towards 0 per unit of rate; default: 0.01, for sgd and adam 0")
      .at_least(0);
  f("layer_decay", layer_decay,
    "what the rate is multiplied by from each layer to the one below it: pretrained lower layers move "
    "less; weights that several layers share have their mean depth. 1: one rate for all")
      .above(0)
      .at_most(1);
  f("no_decay", no_decay,
    "parts of names, upper and lower case apart: parameters that contain one don't decay, nor does "
    "lamb scale their updates");
}

void OptimizerConfig::check(Problems& problems) const {
  if (std::find(no_decay.begin(), no_decay.end(), "") != no_decay.end()) {
    problems.add("no_decay",
                 "an empty string is part of every name; set weight_decay to 0 instead");
  }
}

OptimizerConfig OptimizerConfig::resolved() const {
  OptimizerConfig config = *this;
  const bool lamb = type == "lamb";
  config.bias_correction = bias_correction.value_or(!lamb);
  config.epsilon = epsilon.value_or(lamb || !*config.bias_correction ? 1e-6 : 1e-8);
  config.weight_decay = weight_decay.value_or(lamb || type == "adamw" ? 0.01 : 0);
  return config;
}

}  // namespace reprise
