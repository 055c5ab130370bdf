#include "tools/commands/inspect.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <filesystem>

#include "tools/commands/model_report.h"

namespace reprise {

namespace {

// "albert_small" for configs/albert_small.json, unless two configs would get the same name.
std::vector<std::string> short_names(const std::vector<std::string>& configs) {
  std::vector<std::string> names;
  for (const std::string& config : configs) {
    const std::filesystem::path file = std::filesystem::path(config).filename();
    names.push_back(file.extension() == ".json" ? file.stem() : file);
  }
  std::vector<std::string> sorted = names;
  std::sort(sorted.begin(), sorted.end());
  const bool unique = std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end();
  return unique ? names : configs;
}

}  // namespace

void add_inspect(CLI::App& app, InspectOptions& options) {
  CLI::App* command = app.add_subcommand(
      "inspect", "What a model stores, shares and costs: parameters, memory, work.");
  command
      ->add_option("--config", options.configs,
                   "a recipe: a file, or a name from configs/; repeated, others are compared with "
                   "the first")
      ->required()
      ->allow_extra_args(false);
  command
      ->add_option("--set", options.overrides,
                   "change a setting of all of them: path=value, e.g. model.sharing=attention; may "
                   "be repeated")
      ->type_name("PATH=VALUE")
      ->allow_extra_args(false);
  command->add_flag("--json", options.json, "print JSON, for scripts");
}

std::string inspect(const InspectOptions& options, const RunConfigReader& read) {
  const std::vector<std::string> names = short_names(options.configs);
  std::vector<ModelReport> reports;
  for (size_t i = 0; i < options.configs.size(); ++i) {
    reports.push_back(make_report(names[i], read(options.configs[i], options.overrides)));
  }
  return options.json ? dump_json(report_json(reports)) + '\n' : report_text(reports);
}

}  // namespace reprise
