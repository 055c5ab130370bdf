// reprise COMMAND: everything that there is besides training, and training too.
#include <CLI/CLI.hpp>

#include "tools/commands/benchmark.h"
#include "tools/commands/compare.h"
#include "tools/commands/config.h"
#include "tools/commands/convert.h"
#include "tools/commands/diagnose.h"
#include "tools/commands/embed.h"
#include "tools/commands/evaluate.h"
#include "tools/commands/graph.h"
#include "tools/commands/inspect.h"
#include "tools/commands/output.h"
#include "tools/commands/predict.h"
#include "tools/commands/tokenize.h"
#include "tools/commands/trace.h"
#include "tools/commands/train.h"
#include "tools/program.h"
#include "tools/trainer/run_config.h"

namespace {

using namespace reprise;

struct Options {
  TrainOptions train;
  InspectOptions inspect;
  TraceOptions trace;
  ConfigOptions config;
  BenchmarkOptions benchmark;
  CompareOptions compare;
  ConvertOptions convert;
  GraphOptions graph;
  DiagnoseOptions diagnose;
  TokenizeOptions tokenize;
  PredictOptions predict;
  EmbedOptions embed;
  EvaluateOptions evaluate;
};

ExitCode run(const std::string& command, const Options& options) {
  if (command == "train") return train(options.train);
  if (command == "inspect") print_result(inspect(options.inspect, load_run_config));
  if (command == "trace") trace(options.trace);
  if (command == "tokenize") return tokenize(options.tokenize);
  if (command == "predict") return predict(options.predict);
  if (command == "embed") return embed(options.embed);
  if (command == "evaluate") print_result(evaluate(options.evaluate));
  if (command == "compare") print_result(compare(options.compare));
  if (command == "convert") print_result(convert(options.convert));
  if (command == "graph") print_result(graph(options.graph));
  if (command == "diagnose") print_result(diagnose(options.diagnose));
  if (command == "benchmark") print_result(benchmark(options.benchmark, load_run_config));
  if (command == "config") print_result(config(options.config, load_run_config));
  return ExitCode::ok;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Training with shared weights.", "reprise");
  app.require_subcommand(1);
  Options options;
  add_train_options(*app.add_subcommand("train", "Train a model from a recipe"), options.train);
  add_inspect(app, options.inspect);
  add_trace(app, options.trace);
  add_config(app, options.config);
  add_benchmark(app, options.benchmark);
  add_compare(app, options.compare);
  add_convert(app, options.convert);
  add_graph(app, options.graph);
  add_diagnose(app, options.diagnose);
  add_tokenize(app, options.tokenize);
  add_predict(app, options.predict);
  add_embed(app, options.embed);
  add_evaluate(app, options.evaluate);
  return run_program(app, argc, argv,
                     [&] { return run(app.get_subcommands()[0]->get_name(), options); });
}
