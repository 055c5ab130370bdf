#include "tools/commands/benchmark.h"

#include <CLI/CLI.hpp>
#include <filesystem>

#include "core/error.h"
#include "core/parallel.h"
#include "core/printable.h"
#include "tools/commands/autograd_benchmark.h"
#include "tools/commands/product_benchmark.h"
#include "tools/commands/step_benchmark.h"

namespace reprise {

namespace {

using What = BenchmarkOptions::What;

// "albert_small" for configs/albert_small.json.
std::string short_name(const std::string& config) {
  const std::filesystem::path file = std::filesystem::path(config).filename();
  return printable((file.extension() == ".json" ? file.stem() : file).string());
}

RunConfig config_of(const BenchmarkOptions& options, const RunConfigReader& read) {
  if (options.config.empty()) {
    throw Error(ExitCode::usage, "--config is required: only --autograd does without a recipe");
  }
  std::vector<std::string> overrides = options.overrides;
  if (!options.precision.empty()) overrides.push_back("training.precision=" + options.precision);
  return read(options.config, overrides);
}

void add_work(CLI::App& command, BenchmarkOptions& options) {
  command.add_option("--batch", options.batch, "sequences of a step")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  command.add_option("--seq", options.seq, "tokens of a sequence")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  command
      .add_option("--mean-length", options.mean_length,
                  "for sequences of different lengths, --seq tokens at most (all have --seq)")
      ->check(CLI::Range(1, 1 << 20));
  command.add_option("--steps", options.steps, "steps that are measured")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command.add_option("--warmup", options.warmup, "steps before them")
      ->check(CLI::Range(0, 1'000'000))
      ->capture_default_str();
}

}  // namespace

void add_benchmark(CLI::App& app, BenchmarkOptions& options) {
  CLI::App& command =
      *app.add_subcommand("benchmark", "What a training step takes here, and where it goes.");
  command.add_option("--config", options.config, "a recipe: a file, or a name from configs/");
  command
      .add_option("--set", options.overrides,
                  "change a setting of it: path=value, e.g. model.sharing=none; may be repeated")
      ->type_name("PATH=VALUE")
      ->allow_extra_args(false);
  add_work(command, options);
  command.add_option("--precision", options.precision, "sets training.precision");
  command.add_option("--threads", options.threads, "threads (all processors)")
      ->check(CLI::Range(1, 256));
  const auto what = [&](const char* name, What value, const char* help) {
    return command.add_flag_callback(
        name, [&options, value] { options.what = value; }, help);
  };
  what("--gemm", What::gemm,
       "instead: the step's matrix products alone, at the best of the libraries, and ours")
      ->excludes(what("--autograd", What::autograd,
                      "instead: the engine alone, on many uses of one Parameter"));
  command.add_flag("--json", options.json, "print JSON, for scripts");
}

namespace {

struct Result {
  Json measured;
  std::string (*text)(const Json&);
};

Result measure(const BenchmarkOptions& options, const RunConfigReader& read) {
  if (options.what == What::autograd) return {benchmark_autograd(), autograd_text};
  const std::string name = short_name(options.config);
  const RunConfig config = config_of(options, read);
  if (!config.model.is_encoder()) {
    throw ConfigError("model.type: \"{}\": benchmark knows encoders only, bert and albert",
                      config.model.type);
  }
  if (options.what == What::gemm) {
    return {benchmark_products(name, config.model.encoder, options.batch, options.seq),
            products_text};
  }
  return {benchmark_step(name, config,
                         {.sequences = options.batch,
                          .length = options.seq,
                          .mean_length = options.mean_length,
                          .steps = options.steps,
                          .warmup = options.warmup}),
          step_text};
}

}  // namespace

std::string benchmark(const BenchmarkOptions& options, const RunConfigReader& read) {
  if (options.threads > 0) set_threads(options.threads);
  const Result result = measure(options, read);
  return options.json ? dump_json(result.measured) + '\n' : result.text(result.measured);
}

}  // namespace reprise
