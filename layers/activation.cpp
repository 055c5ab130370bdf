#include "layers/activation.h"

#include <utility>

#include "core/error.h"

namespace reprise {

namespace {

constexpr std::pair<const char*, Activation> kActivations[] = {
    {"gelu", Activation::gelu},
    {"gelu_new", Activation::gelu_tanh},
    {"gelu_pytorch_tanh", Activation::gelu_tanh},
    {"relu", Activation::relu},
    {"tanh", Activation::tanh},
    {"sigmoid", Activation::sigmoid},
    {"scaled_tanh", Activation::scaled_tanh},
};

}  // namespace

Activation activation_named(const std::string& name) {
  for (const auto& [known, f] : kActivations) {
    if (name == known) return f;
  }
  throw ConfigError("activation: \"{}\" is not known; there are {}", name,
                    fmt::join(activation_names(), ", "));
}

std::vector<std::string> activation_names() {
  std::vector<std::string> names;
  for (const auto& [name, f] : kActivations) names.emplace_back(name);
  return names;
}

}  // namespace reprise
