// The optimizers by name.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "optim/optimizer.h"

namespace reprise {

// The optimizer that config asks for; settings left out get the defaults of its type. Throws
// ConfigError for an unknown type, UsageError when a Parameter or a part's name occurs twice.
std::unique_ptr<Optimizer> make_optimizer(const OptimizerConfig& config,
                                          const std::vector<ParameterPtr>& parameters);

}  // namespace reprise
