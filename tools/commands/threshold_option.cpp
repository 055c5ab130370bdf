#include "tools/commands/threshold_option.h"

#include <CLI/CLI.hpp>

#include <cmath>
#include <cstdlib>

#include "core/error.h"

namespace reprise {

namespace {

// CLI::Range lets NaN pass, which is neither below nor above.
std::string problem_of_nan(const std::string& text) {
  return std::isnan(std::strtod(text.c_str(), nullptr)) ? "Value " + text + " is no number" : "";
}

}  // namespace

void add_threshold(CLI::App& command, std::optional<double>& threshold, const std::string& description) {
  command.add_option("--threshold", threshold, description)->check(CLI::Range(0.0, 1.0))->check(problem_of_nan);
}

void check_threshold(const std::optional<double>& threshold, LabelKind kind) {
  if (threshold && kind == LabelKind::number) {
    throw Error(ExitCode::usage, "--threshold: this model's answers are numbers, not labels with a probability; leave "
                "it out");
  }
}

}  // namespace reprise
