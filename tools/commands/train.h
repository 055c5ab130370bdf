// train: the main program.
#pragma once

#include <string>
#include <vector>

#include "core/error.h"

namespace CLI {
class App;
}

namespace reprise {

struct TrainOptions {
  std::string config;
  std::vector<std::string> overrides;  // "path=value"
  std::string output;                  // empty: runs/<name of the config>
  std::string resume = "auto";
  int threads = 0;  // 0: the processors there are
  bool dry_run = false;
};

void add_train_options(CLI::App& command, TrainOptions& options);

// Trains, or goes on training. Returns what to exit with; throws Error.
ExitCode train(const TrainOptions& options);

}  // namespace reprise
