#include "layers/initializers.h"

#include <cmath>

#include "core/error.h"

namespace reprise {

namespace {

// FNV-1a: a number for a name, the same on every machine.
uint64_t number_of(const std::string& name) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

void fill_pytorch(const Tensor& value, RandomKey place, const FanIn& fan_in) {
  fill_uniform(value, place, -1, 1);
  for (int64_t i = 0; i < value.numel(); ++i) {
    value.data()[i] /= static_cast<real>(std::sqrt(static_cast<double>(fan_in.at(i))));
  }
}
void fill_lecun(const Tensor& value, RandomKey place, const FanIn& fan_in) {
  fill_uniform(value, place, -2.4, 2.4);
  for (int64_t i = 0; i < value.numel(); ++i) value.data()[i] /= static_cast<real>(fan_in.at(i));
}

// Initializers that go by deviation, and those that go by the number of inputs.
struct Row {
  const char* name;
  void (*by_deviation)(const Tensor& value, RandomKey place, double mean, double deviation);
  void (*by_inputs)(const Tensor& value, RandomKey place, const FanIn& fan_in);
};
constexpr Row kTable[] = {
    {"normal", fill_normal, nullptr},
    {"truncated_normal", fill_truncated_normal, nullptr},
    {"pytorch", nullptr, fill_pytorch},
    {"lecun", nullptr, fill_lecun},
};

const Row& row_named(const std::string& name) {
  for (const Row& row : kTable) {
    if (name == row.name) return row;
  }
  throw ConfigError("initializer: \"{}\" is not known; there are {}", name,
                    fmt::join(initializer_names(), ", "));
}

}  // namespace

std::vector<std::string> initializer_names() {
  std::vector<std::string> names;
  for (const Row& row : kTable) names.emplace_back(row.name);
  return names;
}

void initialize(const Collector& collector, const InitializerConfig& config, RandomKey key) {
  const Row& row = row_named(config.type);
  for (const NamedPart& part : named_parts(collector.parameters())) {
    const Start start = collector.start(*part.parameter);
    const FanIn& fan_in = collector.fan_in(*part.parameter);
    const RandomKey place = key.at(number_of(part.name));
    if (start == Start::uniform) {
      const double range = collector.range(*part.parameter);
      fill_uniform(part.value, place, -range, range);
    } else if (row.by_inputs && !fan_in.inputs.empty()) {
      row.by_inputs(part.value, place, fan_in);
    } else if (start != Start::random) {
      part.value.fill(start == Start::ones ? 1 : 0);
    } else if (row.by_deviation) {
      row.by_deviation(part.value, place, 0, config.range);
    } else {
      throw ConfigError("initializer: \"{}\" goes by a unit's number of inputs, which {} doesn't have; "
                        "take normal or truncated_normal", config.type, part.name);
    }
    part.parameter->touch();
  }
}

}  // namespace reprise
