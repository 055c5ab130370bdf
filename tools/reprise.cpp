// reprise COMMAND: everything that there is besides training, and training too.
#include <CLI/CLI.hpp>

#include "tools/commands/config.h"
#include "tools/commands/inspect.h"
#include "tools/commands/train.h"
#include "tools/commands/trace.h"
#include "tools/program.h"
#include "tools/trainer/run_config.h"

int main(int argc, char** argv) {
  using namespace reprise;
  CLI::App app("Training with shared weights.", "reprise");
  app.require_subcommand(1);
  TrainOptions train_options;
  CLI::App* train_command = app.add_subcommand("train", "Trains a model from a recipe.");
  add_train_options(*train_command, train_options);
  TraceOptions trace_options;
  add_trace(app, trace_options);
  return run_program(app, argc, argv, [&] {
    if (train_command->parsed()) return train(train_options);
    trace(trace_options);
    return ExitCode::ok;
  });
}
