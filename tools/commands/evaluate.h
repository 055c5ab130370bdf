// reprise evaluate: how good a classifier is on labelled texts.
#pragma once

#include <optional>
#include <string>

#include "tools/commands/table_options.h"

namespace CLI {
class App;
}

namespace reprise {

struct EvaluateOptions {
  std::string model;
  std::string data;
  std::optional<std::string> text_column, pair_column, label_column;  // unless given, as in training
  TableOptions table;  // the same
  std::optional<double> threshold{};  // as ClassificationScores'
  std::string precision = "float32";
  bool json = false;
  int threads = 0;  // 0: all processors
};

// Adds the command to the program.
void add_evaluate(CLI::App& app, EvaluateOptions& options);

// The scores in words, with the labels that are most often taken for others, or where texts have several with
// each label's; or with json an object of all scores, and of one label each the confusion matrix. Throws
// Error (usage) for a threshold of a regression's scores, DataError for labels that the model doesn't know, and the
// errors of TextClassifier and read_labelled_texts.
std::string evaluate(const EvaluateOptions& options);

}  // namespace reprise
