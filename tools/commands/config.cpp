#include "tools/commands/config.h"

#include <memory>
#include <optional>

#include "tools/commands/output.h"
#include "tools/trainer/recipes.h"

namespace reprise {

namespace {

void add_source(CLI::App& command, ConfigOptions& options) {
  command.add_option("--config", options.config, "a recipe's name or file");
  command.add_option("--set", options.overrides, "change a setting of it: training.steps=100")
      ->allow_extra_args(false);
}

}  // namespace

std::string explain_config(const ConfigOptions& options) {
  std::optional<ConfigSource> source;
  if (!options.config.empty()) {
    source = load_config(find_recipe(options.config), options.overrides);
  } else if (!options.overrides.empty()) {
    source = parse_config("{}", "no file", options.overrides);
  }
  return explain(describe<RunConfig>(), options.path, source ? &*source : nullptr) + '\n';
}

std::string config_schema() { return dump_json(schema(describe<RunConfig>())) + '\n'; }

std::string show_config(const ConfigOptions& options, const RunConfigReader& read) {
  return dump_json(dump(read(options.config, options.overrides))) + '\n';
}

void add_config(CLI::App& app, RunConfigReader read) {
  CLI::App* command = app.add_subcommand("config", "What can be configured, and what a recipe says");
  command->require_subcommand(1);
  auto options = std::make_shared<ConfigOptions>();

  CLI::App* explaining = command->add_subcommand("explain", "Explain a setting, or list them all");
  explaining->add_option("setting", options->path, "such as model.sharing; left out: everything");
  add_source(*explaining, *options);
  explaining->callback([options] { print_result(explain_config(*options)); });

  command->add_subcommand("schema", "Print the JSON schema of recipes, for editors")
      ->callback([] { print_result(config_schema()); });

  CLI::App* showing = command->add_subcommand("show", "Print a recipe with all its defaults");
  add_source(*showing, *options);
  showing->get_option("--config")->required();
  showing->callback(
      [options, read = std::move(read)] { print_result(show_config(*options, read)); });
}

}  // namespace reprise
