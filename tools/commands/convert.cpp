#include "tools/commands/convert.h"

#include <CLI/CLI.hpp>

#include <filesystem>

#include "core/commit_directory.h"
#include "core/printable.h"
#include "data/vocabulary/tokenizer_files.h"
#include "data/vocabulary/vocabulary.h"
#include "tools/trainer/convert_sharing.h"
#include "tools/trainer/model_config_file.h"
#include "tools/trainer/model_folder.h"
#include "tools/trainer/quantity.h"
#include "tools/trainer/run_config.h"
#include "tools/trainer/tasks/registry.h"

namespace reprise {

namespace {

namespace fs = std::filesystem;

constexpr const char* kOption = "--sharing";

std::vector<ParameterPtr> parameters_of(const Encoder& encoder) {
  Collector collector;
  encoder.collect(collector);
  return collector.parameters();
}

// Those that a folder had, which lacks these heads (load_model_folder).
std::vector<ParameterPtr> parameters_but(const std::vector<std::string>& missing, const Encoder& encoder) {
  std::vector<ParameterPtr> parameters = parameters_of(encoder);
  std::erase_if(parameters, [&](const ParameterPtr& parameter) {
    return std::ranges::any_of(missing, [&](const std::string& head) {
      return parameter->parts().front().name.starts_with(head + ".");
    });
  });
  return parameters;
}

// Whether the head for masked words is among those that a folder lacks.
bool no_words(const std::vector<std::string>& missing) {
  return std::ranges::any_of(missing, [](const std::string& head) { return head.ends_with("predictions"); });
}

// The section as it was given, with --rank in it.
Json section(const ConvertOptions& options) {
  const bool json = options.sharing.starts_with('{');
  Json sharing = json ? parse_json(options.sharing, kOption, ExitCode::usage).value()
                      : Json{{"strategy", options.sharing}};
  if (options.rank) sharing["rank"] = *options.rank;
  return sharing;
}

// The same model under the plan that was asked for.
EncoderConfig converted(const EncoderConfig& config, const Json& sharing, const std::string& file) {
  const Json strategy = sharing.value("strategy", Json());  // anything, as it was given
  const Json kept = dump(config.with_sharing({.strategy = strategy.is_string() ? strategy : Json("")}));
  ConfigSource source = parse_config("{}", "");
  for (const auto& [key, value] : kept.items()) {
    if (!value.is_null() && key != "sharing") source.set_default(key, value, file);
  }
  source.set_default("sharing", sharing, kOption);
  return bind<EncoderConfig>(source);
}

// The held-out scores of the model in a folder, on the recipe's data cut into pieces of the folder's vocabulary,
// where it has one: the weights mean nothing with another that the recipe may name or train.
std::string held_out(const std::string& recipe, const std::string& folder) {
  RunConfig config = load_run_config(recipe, {});
  if (!config.model.is_encoder() || config.data.type == "classification") {  // whose head the folder lacks
    throw ConfigError("{}: --data wants a recipe that pretrains a bert or albert", printable(recipe));
  }
  config.model.encoder = read_model_config(folder).config;
  config.model.type = config.model.encoder.type;
  config.model.init_from = folder;
  VocabularyConfig* vocabulary = config.data.vocabulary();
  if (vocabulary && has_vocabulary(folder)) vocabulary->path = folder;
  const auto task = make_task(config);
  Collector collector;
  task->collect(collector);
  task->start(collector, RandomKey(static_cast<uint64_t>(config.training.seed)));
  return task->in_words(task->evaluate([] { return false; }));
}

// What belongs to a model and doesn't depend on its sharing. Nothing else: a folder may have the old weights in
// files of any name, and its README.md describes the old model.
void copy_others(const std::string& folder, DirectoryCommit& commit) {
  std::vector<std::string> names = tokenizer_files_in(folder);
  for (const char* terms : {"LICENSE", "LICENSE.txt", "NOTICE"}) {
    if (fs::is_regular_file(fs::path(folder) / terms)) names.emplace_back(terms);
  }
  for (const std::string& name : names) commit.add(name, read_file(fs::path(folder) / name));
}

// The folder to write, by its full name.
fs::path new_folder(const std::string& name) {
  const fs::path output = fs::absolute(name).lexically_normal();
  const fs::path target = output.filename().empty() ? output.parent_path() : output;
  if (fs::exists(target)) {
    throw Error(ExitCode::cannot_create, "{}: is there already; give --output a new folder", printable(name));
  }
  return target;
}

void write_model(const ConvertOptions& options, const Encoder& model, const std::vector<std::string>& missing) {
  const fs::path target = new_folder(options.output);
  std::error_code error;
  fs::create_directories(target.parent_path(), error);  // what fails will say so below
  DirectoryCommit commit(target.parent_path(), target.filename());
  save_model_folder(model.config(), parameters_but(missing, model),
                    [&](const std::string& name, const std::function<void(OutputFile&)>& fill) {
                      commit.add(name, fill);
                    },
                    no_words(missing) ? Heads::none : Heads::pretraining);
  copy_others(options.model, commit);
  commit.commit();
}

// "11,813,810 parameters (45.1 MiB): A A A A"
std::string summary(const Encoder& model, const std::vector<std::string>& missing) {
  std::string plan = grid(model.plan());
  if (plan.find('\n') != std::string::npos) plan = "\n" + plan;
  const Relaxation relaxation = model.config().relaxation();
  if (relaxation.any()) plan += fmt::format("; each use has of its own: {}", in_words(relaxation));
  int64_t size = 0;
  for (const ParameterPtr& parameter : parameters_but(missing, model)) size += parameter->value().numel();
  return fmt::format("{} parameters ({}): {}", grouped(size),
                     byte_size(size * static_cast<int64_t>(sizeof(float))), plan);
}

}  // namespace

std::string convert(const ConvertOptions& options) {
  const SharedFrom how = shared_from_named(options.by);
  const ModelConfigFile file = read_model_config(options.model);
  if (file.classifier) {
    throw ConfigError("{}: is a classifier, and convert knows pretrained models only: convert the one that it was "
                      "trained from, and train again (model.init_from)", printable(options.model));
  }
  const EncoderConfig wanted = converted(file.config, section(options), file.path);
  const auto reason = beyond_transformers(wanted);
  const bool relaxed = wanted.relaxation().any();
  if (reason && !options.materialize && !relaxed) {
    throw Error(ExitCode::usage, "--sharing: the plan can't be written for Transformers, because {}; "
                "--materialize writes every use's weights, which it can load", *reason);
  }
  const Encoder old(file.config);
  const std::vector<std::string> missing = load_model_folder(options.model, old);
  if (options.data && no_words(missing)) {
    throw Error(ExitCode::usage, "--data: {} has no head for masked words, so that a held-out loss would say nothing; "
                "leave --data out", printable(options.model));
  }
  const auto shared = std::make_unique<Encoder>(wanted);
  convert_sharing(old, *shared, how);
  new_folder(options.output);  // what may fail comes before anything is written, and what takes long comes last
  const std::string before = options.data ? held_out(*options.data, options.model) : "";
  std::string text = "from " + summary(old, missing) + "\nto   " + summary(*shared, missing) + "\n";
  if (reason && options.materialize) {
    const Encoder written(wanted.with_sharing({.strategy = "none"}));
    convert_sharing(*shared, written, SharedFrom::first);
    write_model(options, written, missing);
    text += "in the file, which Transformers can load: " + summary(written, missing) + "\n";
  } else {
    write_model(options, *shared, missing);
    if (reason) text += fmt::format("Transformers can't load it, because {}.\n", *reason);
  }
  if (options.data) text += fmt::format("before  {}\nafter   {}\n", before, held_out(*options.data, options.output));
  return text + "written to " + printable(options.output) + "\n";
}

void add_convert(CLI::App& app, ConvertOptions& options) {
  CLI::App* command = app.add_subcommand(
      "convert", "A trained model under another sharing plan: shared, unshared, or in between");
  command->add_option("model", options.model, "a folder with config.json and model.safetensors")
      ->required();
  command->add_option("--sharing", options.sharing, "a strategy's name, or a section of model.sharing")
      ->required();
  command->add_option("--by", options.by,
                      "what uses that become one take their weights from: first, average, stepwise (first)")
      ->check(CLI::IsMember(shared_from_names()));
  command->add_option("--rank", options.rank,
                      "relaxed: each use keeps what the shared matrix lacks, up to this rank");
  command->add_flag("--materialize", options.materialize,
                    "write every use's weights where Transformers can't express the plan");
  command->add_option("--output", options.output, "the folder to write")->required();
  command->add_option("--data", options.data,
                      "a recipe, or a run's config.json: its held-out data say what the change costs");
}

}  // namespace reprise
