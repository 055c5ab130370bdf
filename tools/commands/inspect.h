// reprise inspect: what a configuration's model stores, shares and costs, before any training.
#pragma once

#include <string>
#include <vector>

#include "tools/commands/run_config_reader.h"

namespace CLI {
class App;
}

namespace reprise {

struct InspectOptions {
  std::vector<std::string> configs = {};    // names or paths
  std::vector<std::string> overrides = {};  // of all of them
  bool json = false;
};

// Adds the command to the program.
void add_inspect(CLI::App& app, InspectOptions& options);

// What the command prints. Needs neither data nor vocabulary. Throws what `read` throws.
std::string inspect(const InspectOptions& options, const RunConfigReader& read);

}  // namespace reprise
