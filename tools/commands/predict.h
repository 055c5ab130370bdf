// reprise predict: what a trained model says of texts.
#pragma once

#include <string>

#include "tools/commands/answer_lines.h"

namespace reprise {

struct PredictOptions {
  std::string model;
  int64_t top = 5;
  LineOptions lines;
};

// Adds the command to the program.
void add_predict(CLI::App& app, PredictOptions& options);

// For each [MASK] of each text the likeliest pieces, with their probabilities: in words, or with jsonl
// {"masks": [[{"piece": "…", "probability": …}, …], …]}. Throws ConfigError for a model without a head
// for masked words, and the errors of TextModel and answer_lines.
ExitCode predict(const PredictOptions& options);

}  // namespace reprise
