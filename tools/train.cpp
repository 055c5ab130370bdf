// train --config albert_small.json: the main program.
#include <CLI/CLI.hpp>

#include "tools/commands/train.h"
#include "tools/program.h"

int main(int argc, char** argv) {
  using namespace reprise;
  CLI::App app("Trains a model from a recipe. The same command goes on with an unfinished run.", "train");
  TrainOptions options;
  add_train_options(app, options);
  return run_program(app, argc, argv, [&] { return train(options); });
}
