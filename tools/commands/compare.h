// reprise compare: finished runs side by side on the same held-out questions.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace reprise {

struct CompareOptions {
  std::vector<std::string> runs;  // folders of runs
  bool json = false;
};

// Adds the command to the program.
void add_compare(CLI::App& app, CompareOptions& options);

// A table of parameters and accuracy, on the training data and held out, and for every run after the first
// the questions that it and the first one answer differently, with McNemar's test.
// Throws ConfigError for a model that doesn't tell classes apart and for other held-out data, Error (usage)
// for fewer than two runs, and (no_input) for a run that isn't finished.
std::string compare(const CompareOptions& options);

}  // namespace reprise
