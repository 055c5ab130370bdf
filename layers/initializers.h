// How weights start: a function of (seed, name, element), so a layer starts the same whatever stands
// around it, and a shared model's layer starts as the unshared model's first.
#pragma once

#include <string>

#include "core/rng.h"
#include "layers/collector.h"

namespace reprise {

struct InitializerConfig {
  // normal: Hugging Face's. truncated_normal: Google's, cut at two deviations (so its real deviation is
  // 0.88 of the one given).
  std::string type = "normal";
  double range = 0.02;  // standard deviation
};

// Fills every collected Parameter: gains with 1, biases with 0, the rest at random, as the config says
// or within the range that it was collected with.
void initialize(const Collector& collector, const InitializerConfig& config, RandomKey key);

}  // namespace reprise
