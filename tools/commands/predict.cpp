#include "tools/commands/predict.h"

#include <CLI/CLI.hpp>

#include "tools/commands/predict_labels.h"
#include "tools/commands/predict_words.h"
#include "tools/commands/threshold_option.h"
#include "tools/trainer/model_config_file.h"

namespace reprise {

ExitCode predict(const PredictOptions& options) {
  return read_model_config(options.model).classifier ? predict_labels(options) : predict_words(options);
}

void add_predict(CLI::App& app, PredictOptions& options) {
  CLI::App* command = app.add_subcommand("predict", "Answer texts with a trained model: their labels, or what "
                                         "their [MASK]s hide");
  command->add_option("model", options.model, "a model folder: final/ of a run, or Hugging Face's")->required();
  command->add_option("--top", options.top, "guesses for each [MASK] (5), or labels for each text, with their "
                      "probabilities (the answer alone; with --jsonl 5)")
      ->check(CLI::Range(1, 1000));
  add_threshold(*command, options.threshold, "of labels: answer \"unknown\" below this probability; of texts with "
                "several labels: those above it (0.5)");
  command->add_option("--precision", options.precision, "of products: bfloat16 is faster where the processor has it; "
                      "auto: then bfloat16, else float32 (float32)")
      ->check(CLI::IsMember({"float32", "bfloat16", "auto"}));
  command->add_flag("--pairs", options.pairs, "of labels: a line is two texts with a tab between (as in training)");
  command->add_option("--pair-column", options.lines.pair_column, "with --column: that of the second texts (as in "
                      "training)");
  add_line_options(*command, options.lines, /*texts=*/true);
}

}  // namespace reprise
