// reprise config: what can be configured, and what a configuration comes to.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "tools/commands/run_config_reader.h"

namespace reprise {

struct ConfigOptions {
  std::string path = {};                    // of a field: "model.sharing"; "" for everything
  std::string config = {};                  // a recipe's name or path; "" for none
  std::vector<std::string> overrides = {};  // of it
};

// What is known about a field and, given a configuration, its value and where that was written. A
// section's fields are listed with a line each. Throws Error (usage) when there is no such field.
std::string explain_config(const ConfigOptions& options);

// The JSON schema of recipes.
std::string config_schema();

// A configuration with all its defaults, as a run keeps it. Throws what `read` throws.
std::string show_config(const ConfigOptions& options, const RunConfigReader& read);

// Adds the command, with these three below it, to the program.
void add_config(CLI::App& app, RunConfigReader read);

}  // namespace reprise
