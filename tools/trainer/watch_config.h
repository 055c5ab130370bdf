// WatchConfig: what is done about trouble that the watch (watch.h) sees.
#pragma once

#include <cstdint>
#include <string>

#include "core/config.h"

namespace reprise {

struct WatchConfig {
  std::string policy = "warn";
  double rate_factor = 0.5;
  int64_t most_rollbacks = 3;

  void fields(Fields& f);
};

}  // namespace reprise
