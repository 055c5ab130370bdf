#include "layers/initializers.h"

#include "core/error.h"

namespace reprise {

namespace {

// FNV-1a: a number for a name, the same on every machine.
uint64_t number_of(const std::string& name) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

}  // namespace

void initialize(const Collector& collector, const InitializerConfig& config, RandomKey key) {
  const bool truncated = config.type == "truncated_normal";
  if (!truncated && config.type != "normal") {
    throw ConfigError("initializer: \"{}\" is neither normal nor truncated_normal", config.type);
  }
  for (const NamedPart& part : named_parts(collector.parameters())) {
    const Start start = collector.start(*part.parameter);
    const RandomKey place = key.at(number_of(part.name));
    if (start == Start::uniform) {
      const double range = collector.range(*part.parameter);
      fill_uniform(part.value, place, -range, range);
    } else if (start != Start::random) {
      part.value.fill(start == Start::ones ? 1 : 0);
    } else if (truncated) {
      fill_truncated_normal(part.value, place, 0, config.range);
    } else {
      fill_normal(part.value, place, 0, config.range);
    }
    part.parameter->touch();
  }
}

}  // namespace reprise
