// How weights start: a function of (seed, name, element), so a layer starts the same whatever stands
// around it, and a shared model's layer starts as the unshared model's first.
#pragma once

#include <string>
#include <vector>

#include "core/rng.h"
#include "layers/collector.h"

namespace reprise {

struct InitializerConfig {
  // normal: Hugging Face's. truncated_normal: Google's, cut at two deviations (so its real deviation is
  // 0.88 of the one given). For layers whose units have a known number of inputs F, biases included:
  // pytorch: uniform within 1 / √F, the default of its linear and convolutional layers. lecun: uniform
  // within 2.4 / F; LeCun et al. 1998, appendix A.
  std::string type = "normal";
  double range = 0.02;  // standard deviation, of the first two
};

std::vector<std::string> initializer_names();

// Fills every collected Parameter: gains with 1, biases with 0, the rest at random, as the config says
// or within the range that it was collected with. Throws ConfigError for an unknown type, and when the
// type goes by the number of inputs and nobody knows it.
void initialize(const Collector& collector, const InitializerConfig& config, RandomKey key);

}  // namespace reprise
