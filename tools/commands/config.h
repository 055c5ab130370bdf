// reprise config: what can be configured, and what a configuration comes to.
#pragma once

#include <string>
#include <vector>

#include "tools/commands/run_config_reader.h"

namespace CLI {
class App;
}

namespace reprise {

struct ConfigOptions {
  enum class Verb { explain, schema, show };
  Verb verb = Verb::explain;
  std::string path = {};                    // of a field: "model.sharing"; "" for everything
  std::string config = {};                  // a recipe's name or path; "" for none
  std::vector<std::string> overrides = {};  // of it
};

// Adds the command, with a command for each verb below it, to the program.
void add_config(CLI::App& app, ConfigOptions& options);

// What the command prints. Throws what `read` throws.
//   explain  what is known about a field and, given a configuration, its value and where that was
//            written; of a section, its fields. Throws Error (usage) when there is no such field.
//   schema   the JSON schema of recipes
//   show     a configuration with all its defaults, as a run keeps it
std::string config(const ConfigOptions& options, const RunConfigReader& read);

}  // namespace reprise
