#include "layers/activation.h"

#include <utility>

#include "core/error.h"

namespace reprise {

namespace {

constexpr std::pair<const char*, ActivationFunction> kActivations[] = {
    {"gelu", gelu},           {"gelu_new", gelu_tanh}, {"gelu_pytorch_tanh", gelu_tanh},
    {"relu", relu},           {"tanh", tanh},          {"sigmoid", sigmoid},
};

}  // namespace

ActivationFunction activation_named(const std::string& name) {
  for (const auto& [known, function] : kActivations) {
    if (name == known) return function;
  }
  throw ConfigError("activation: \"{}\" is not known; there are {}", name,
                    fmt::join(activation_names(), ", "));
}

std::vector<std::string> activation_names() {
  std::vector<std::string> names;
  for (const auto& [name, function] : kActivations) names.emplace_back(name);
  return names;
}

}  // namespace reprise
