#include "tools/commands/config.h"

#include <CLI/CLI.hpp>

#include <optional>

#include "tools/trainer/recipes.h"

namespace reprise {

namespace {

using Verb = ConfigOptions::Verb;

CLI::App* add_verb(CLI::App& command, ConfigOptions& options, Verb verb, const std::string& name,
                   const std::string& help) {
  CLI::App* added = command.add_subcommand(name, help);
  added->callback([&options, verb] { options.verb = verb; });
  return added;
}

CLI::Option* add_source(CLI::App& command, ConfigOptions& options) {
  command
      .add_option("--set", options.overrides,
                  "change a setting of it: path=value, e.g. training.steps=100; may be repeated")
      ->type_name("PATH=VALUE")
      ->allow_extra_args(false);
  return command.add_option("--config", options.config,
                            "a recipe: a file, or a name from configs/");
}

FieldDescription all_fields() {
  const RunConfig defaults;
  return describe(defaults);
}

std::string explained(const ConfigOptions& options) {
  std::optional<ConfigSource> source;
  if (!options.config.empty()) {
    source = load_config(find_recipe(options.config), options.overrides);
  } else if (!options.overrides.empty()) {
    source = parse_config("{}", "no file", options.overrides);
  }
  return explain(all_fields(), options.path, source ? &*source : nullptr);
}

}  // namespace

void add_config(CLI::App& app, ConfigOptions& options) {
  CLI::App& command =
      *app.add_subcommand("config", "What can be configured, and what a recipe says.");
  command.require_subcommand(1);

  CLI::App& explaining = *add_verb(command, options, Verb::explain, "explain",
                                   "Explains a setting, or lists a section's.");
  explaining.add_option("setting", options.path, "such as model.sharing; left out: the sections");
  add_source(explaining, options);

  add_verb(command, options, Verb::schema, "schema", "Prints the JSON schema of recipes.");

  CLI::App& showing =
      *add_verb(command, options, Verb::show, "show", "Prints a recipe with all its defaults.");
  add_source(showing, options)->required();
}

std::string config(const ConfigOptions& options, const RunConfigReader& read) {
  switch (options.verb) {
    case Verb::explain: return explained(options) + '\n';
    case Verb::schema: return dump_json(schema(all_fields())) + '\n';
    case Verb::show: {
      const RunConfig shown = read(options.config, options.overrides);
      return dump_json(dump(shown)) + '\n';
    }
  }
  throw UsageError("config: no such verb");
}

}  // namespace reprise
