// reprise diagnose RUN: what each use of shared weights wanted, as tables.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace reprise {

struct DiagnoseOptions {
  std::string run;                   // a run's folder
  std::optional<int64_t> step = {};  // the last that was looked at, unless given
  std::string parameter = {};        // only those whose names contain it; "" for all
};

// The diagnostics (tools/trainer/use_diagnostics.h) in the run's metrics.jsonl. Throws Error (no_input) for a
// folder without metrics, (usage) when there are no diagnostics in them, none of that step, or none of
// such a parameter.
std::string diagnose(const DiagnoseOptions& options);

// Adds the command to the program.
void add_diagnose(CLI::App& app, DiagnoseOptions& options);

}  // namespace reprise
