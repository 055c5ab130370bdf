// reprise COMMAND: everything that there is besides training, and training too.
#include <CLI/CLI.hpp>

#include "tools/commands/config.h"
#include "tools/commands/inspect.h"
#include "tools/commands/trace.h"
#include "tools/commands/train.h"
#include "tools/program.h"
#include "tools/trainer/run_config.h"

int main(int argc, char** argv) {
  using namespace reprise;
  CLI::App app("Training with shared weights.", "reprise");
  app.require_subcommand(1);
  TrainOptions train_options;
  CLI::App* train_command = app.add_subcommand("train", "Train a model from a recipe");
  add_train_options(*train_command, train_options);
  add_inspect(app, load_run_config);
  add_trace(app);
  add_config(app, load_run_config);
  return run_program(app, argc, argv, [&] {
    return train_command->parsed() ? train(train_options) : ExitCode::ok;  // others have run by now
  });
}
