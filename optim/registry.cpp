#include "optim/registry.h"

#include <array>
#include <string_view>

#include "core/error.h"
#include "optim/adam.h"
#include "optim/lamb.h"
#include "optim/sgd.h"

namespace reprise {

namespace {

template <class Type>
std::unique_ptr<Optimizer> make(const std::vector<ParameterPtr>& parameters,
                                const OptimizerConfig& config) {
  return std::make_unique<Type>(parameters, config);
}

struct Row {
  std::string_view type;
  std::unique_ptr<Optimizer> (*make)(const std::vector<ParameterPtr>&, const OptimizerConfig&);
};
// To add an optimizer: its class in a file of its own, a row here, its name and defaults in
// optimizer_config.cpp.
constexpr std::array<Row, 4> kTable = {{
    {"sgd", make<Sgd>},
    {"adam", make<Adam>},
    {"adamw", make<Adam>},
    {"lamb", make<Lamb>},
}};

}  // namespace

std::unique_ptr<Optimizer> make_optimizer(const OptimizerConfig& config,
                                          const std::vector<ParameterPtr>& parameters) {
  for (const Row& row : kTable) {
    if (row.type == config.type) return row.make(parameters, config.resolved());
  }
  throw ConfigError("optimizer: there is no type \"{}\"", config.type);
}

}  // namespace reprise
