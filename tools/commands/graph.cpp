#include "tools/commands/graph.h"

#include <CLI/CLI.hpp>

#include <filesystem>

#include "core/files.h"
#include "core/printable.h"
#include "tools/commands/step_graph.h"
#include "tools/trainer/session.h"
#include "tools/trainer/synthetic_dataset.h"

namespace reprise {

namespace {

constexpr int64_t kSequences = 2, kLength = 16;  // as little as shows all shapes

// An encoder needs no texts to be drawn; a classifier's labels are looked for in them.
std::unique_ptr<Task> task_of(const RunConfig& config) {
  if (!config.model.is_encoder()) return make_task(config);
  const int64_t length = std::min(kLength, config.model.encoder.max_position_embeddings);
  return make_task(config, synthetic_dataset(config, kSequences, 0, {length, length}));
}

}  // namespace

std::string graph(const GraphOptions& options) {
  const std::string kind = std::filesystem::path(options.output).extension();
  if (!options.output.empty() && kind != ".svg" && kind != ".dot") {
    throw Error(ExitCode::usage, "--output: {}: give a file that ends in .svg or .dot",
                printable(options.output));
  }
  RunConfig config = load_run_config(options.config, options.overrides);
  const std::unique_ptr<Task> task = task_of(config);
  Collector collector;
  task->collect(collector);  // names; the weights may be zero
  Tape tape;
  const Context context{.tape = &tape, .training = true};
  const Batch batch = task->dataset().any_batch(0, 0);
  Carried carried = task->initial_state();
  task->loss(context, batch, totals({batch}), carried);

  StepGraph drawn = read_graph(tape);
  std::string title = "One step of " + options.config;
  if (!options.around.empty()) {
    drawn = around(drawn, tape, options.around);
    title += " around " + options.around;
  }
  if (options.output.empty()) return dot(drawn);
  const std::string text = kind == ".svg" ? svg(drawn, title) : dot(drawn);
  write_file(options.output, [&](OutputFile& out) { out.write(text); });
  return fmt::format("{} ops and {} parameters: {}\n", drawn.ops.size(), drawn.weights.size(),
                     printable(options.output));
}

void add_graph(CLI::App& app, GraphOptions& options) {
  CLI::App* command = app.add_subcommand(
      "graph", "Draw one training step: every parameter once, with an arrow for each of its uses");
  command->add_option("--config", options.config, "a recipe: a file, or a name from configs/")
      ->required();
  command->add_option("--set", options.overrides, "change a setting: path=value; may be repeated")
      ->type_name("PATH=VALUE")
      ->allow_extra_args(false);
  command->add_option("--around", options.around, "only the neighbourhood of the parameter of that name");
  command->add_option("--output", options.output, "a file that ends in .svg or .dot; left out: DOT is "
                                                  "printed");
}

}  // namespace reprise
