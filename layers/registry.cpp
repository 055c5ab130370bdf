#include "layers/registry.h"

#include "core/error.h"

namespace reprise {

namespace {

struct Row {
  const char* type;
  AnyLayerConfig defaults;
};

const std::vector<Row>& table() {
  static const std::vector<Row> rows = {
      {"conv2d", Conv2dConfig{}},
      {"avg_pool2d", Pool2dConfig<Pooling::average>{}},
      {"max_pool2d", Pool2dConfig<Pooling::max>{}},
      {"subsampling", SubsamplingConfig{}},
      {"flatten", FlattenConfig{}},
      {"linear", LinearConfig{}},
      {"relu", ActivationConfig<Activation::relu>{}},
      {"gelu", ActivationConfig<Activation::gelu>{}},
      {"tanh", ActivationConfig<Activation::tanh>{}},
      {"sigmoid", ActivationConfig<Activation::sigmoid>{}},
      {"scaled_tanh", ActivationConfig<Activation::scaled_tanh>{}},
      {"dropout", DropoutConfig{}},
      {"rbf_output", RbfOutputConfig{}},
  };
  return rows;
}

const Row* find(const std::string& type) {
  for (const Row& row : table()) {
    if (type == row.type) return &row;
  }
  return nullptr;
}

// f(config) of the type that the layer has. Throws UsageError when it has none.
template <class F>
auto with_own(const LayerConfig& layer, const F& f) {
  return std::visit([&]<class Config>(const Config& config) -> decltype(f(Conv2dConfig{})) {
    if constexpr (std::is_same_v<Config, NoLayer>) {
      throw UsageError("layer: the type \"{}\" has no config", layer.type);
    } else {
      return f(config);
    }
  }, layer.own);
}

}  // namespace

std::vector<std::string> layer_types() {
  std::vector<std::string> types;
  for (const Row& row : table()) types.emplace_back(row.type);
  return types;
}

void LayerConfig::fields(Fields& f) {
  f("type", type, "what the layer does").one_of(layer_types()).required();
  f("name", name, "of its parameters in files, <name>.weight (its number, from 0, unless given)");
  if (const Row* row = find(type); row && row->defaults.index() != own.index()) own = row->defaults;
  std::visit([&]<class Config>(Config& config) {
    if constexpr (!std::is_same_v<Config, NoLayer>) config.fields(f);
  }, own);
}

void LayerConfig::check(Problems& problems) const {
  if (name && (name->empty() || name->find('.') != std::string::npos)) {
    problems.add("name", "is a word without dots");
  }
  std::visit([&]<class Config>(const Config& config) {
    if constexpr (requires { config.check(problems); }) config.check(problems);
  }, own);
}

Shape LayerConfig::output_shape(const Shape& input) const {
  return with_own(*this, [&](const auto& config) -> Shape { return config.output_shape(input); });
}

LayerCost LayerConfig::cost(const Shape& input) const {
  return with_own(*this, [&](const auto& config) -> LayerCost {
    if constexpr (requires { config.cost(input); }) return config.cost(input);
    return {};
  });
}

std::unique_ptr<Layer> LayerConfig::make(const Shape& input) const {
  return with_own(*this, [&](const auto& config) -> std::unique_ptr<Layer> { return config.make(input); });
}

void LayerConfig::unshare() {
  std::visit([&]<class Config>(Config& config) {
    if constexpr (requires { config.unshare(); }) config.unshare();
  }, own);
}

}  // namespace reprise
