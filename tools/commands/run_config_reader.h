// How the commands get at configurations.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tools/trainer/run_config.h"

namespace reprise {

// Reads a recipe by name or path, with overrides "a.b=c": load_run_config in the programs.
using RunConfigReader =
    std::function<RunConfig(const std::string& name, const std::vector<std::string>& overrides)>;

}  // namespace reprise
