// reprise benchmark: what a training step takes on this machine, what its products alone would
// take, and what the autograd engine adds.
#pragma once

#include <string>
#include <vector>

#include "tools/commands/run_config_reader.h"

namespace CLI {
class App;
}

namespace reprise {

struct BenchmarkOptions {
  enum class What { step, gemm, autograd };
  What what = What::step;
  std::string config = {};                  // a recipe's name or path; autograd needs none
  std::vector<std::string> overrides = {};  // of it
  int64_t batch = 8;                        // sequences of a step
  int64_t seq = 128;                        // tokens of each
  int64_t mean_length = 0;  // 0: seq
  int steps = 5;                            // that are measured
  int warmup = 2;                           // before them: fill the free list, wake the threads
  int threads = 0;                          // 0: the processors there are
  std::string precision = {};               // training.precision; empty: the recipe's
  bool json = false;
};

// Adds the command to the program.
void add_benchmark(CLI::App& app, BenchmarkOptions& options);

// What the command prints. Needs neither data nor vocabulary. Throws what `read` throws, and Error
// (usage) when options don't fit the recipe or each other.
std::string benchmark(const BenchmarkOptions& options, const RunConfigReader& read);

}  // namespace reprise
