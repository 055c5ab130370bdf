// reprise graph: one training step as a picture.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace reprise {

struct GraphOptions {
  std::string config;
  std::vector<std::string> overrides = {};
  std::string around = {};  // a parameter's name; "" for the whole step
  std::string output = {};  // a file, .svg or .dot; "" for DOT to be printed
};

// Runs the forward pass of one step, an encoder's on random tokens (synthetic_dataset.h), and draws what was
// recorded. Returns what is to be printed. Throws as load_run_config(), synthetic_dataset() and around();
// Error (usage) for another kind of file.
std::string graph(const GraphOptions& options);

// Adds the command to the program.
void add_graph(CLI::App& app, GraphOptions& options);

}  // namespace reprise
