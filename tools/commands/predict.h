// reprise predict: what a trained model says of texts.
#pragma once

#include <optional>
#include <string>

#include "tools/commands/answer_lines.h"

namespace reprise {

inline constexpr int64_t kUsualTop = 5;

struct PredictOptions {
  std::string model;
  // Guesses for each [MASK], or labels for each text; unless given, kUsualTop where an answer lists any: lines of
  // labels in words don't.
  std::optional<int64_t> top{};
  std::optional<double> threshold{};
  std::string precision = "float32";
  bool pairs = false;  // a classifier's that doesn't say that it takes pairs
  LineOptions lines;
};

// Adds the command to the program.
void add_predict(CLI::App& app, PredictOptions& options);

// Of a classifier, for each text its label (predict_labels.h); of other models, for each [MASK] of each text
// the likeliest pieces with their probabilities: in words, or with jsonl {"masks": [[{"piece": "…",
// "probability": …}, …], …]} (predict_words.h).
ExitCode predict(const PredictOptions& options);

}  // namespace reprise
