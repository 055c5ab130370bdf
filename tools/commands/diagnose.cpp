#include "tools/commands/diagnose.h"

#include <CLI/CLI.hpp>

#include <filesystem>
#include <fstream>

#include "core/error.h"
#include "core/json.h"
#include "core/printable.h"
#include "tools/commands/text_table.h"

namespace reprise {

namespace {

// The lines with diagnostics. A line cut off by a crash is no concern of this command.
std::vector<Json> diagnostics_of(const std::string& run) {
  const std::filesystem::path file = std::filesystem::path(run) / "metrics.jsonl";
  std::ifstream in(file);
  if (!in) {
    throw Error(ExitCode::no_input, "{}: there is no metrics.jsonl in it: it isn't a run's folder",
                printable(run));
  }
  std::vector<Json> lines;
  for (std::string text; std::getline(in, text);) {
    if (text.find("\"uses\"") == std::string::npos) continue;
    Json line = Json::parse(text, nullptr, false);
    if (line.is_object() && line.contains("uses")) lines.push_back(std::move(line));
  }
  if (lines.empty()) {
    throw Error(ExitCode::usage, "{}: the run has no diagnostics; train with --set diagnostics.every=100",
                printable(run));
  }
  return lines;
}

const Json& chosen(const std::vector<Json>& lines, const std::optional<int64_t>& step) {
  if (!step) return lines.back();
  std::vector<int64_t> steps;
  for (const Json& line : lines) {
    if (line["step"] == *step) return line;
    steps.push_back(line["step"].get<int64_t>());
  }
  throw Error(ExitCode::usage, "--step {}: it wasn't looked at; there are {}", *step,
              fmt::join(steps, ", "));
}

std::string number(const Json& value, const char* format) {
  return value.is_number() ? fmt::format(fmt::runtime(format), value.get<double>()) : "-";
}

std::string table_of(const Json& report) {
  TextTable table;
  const size_t uses = report["norm"].size();
  std::vector<std::string> head = {"use", "norm", "share"};
  for (size_t u = 0; u < uses; ++u) head.push_back(u == 0 ? "cos to 0" : std::to_string(u));
  table.row(head);
  for (size_t u = 0; u < uses; ++u) {
    std::vector<std::string> row = {std::to_string(u), number(report["norm"][u], "{:.3g}"),
                                    number(report["share"][u], "{:.3f}")};
    for (size_t v = 0; v < uses; ++v) row.push_back(number(report["cosine"][u][v], "{:.2f}"));
    table.row(row);
  }
  return table.text();
}

std::string layers_of(const Json& layers) {
  TextTable table;
  table.row({"layer", "distance", "angle"});
  for (size_t l = 0; l < layers["distance"].size(); ++l) {
    table.row({std::to_string(l), number(layers["distance"][l], "{:.3f}"),
               number(layers["angle"][l], "{:.1f}")});
  }
  return "between the input and the output of each layer, mean over tokens; degrees:\n" + table.text();
}

}  // namespace

std::string diagnose(const DiagnoseOptions& options) {
  const std::vector<Json> lines = diagnostics_of(options.run);
  const Json& line = chosen(lines, options.step);
  std::string text = fmt::format(
      "step {}. share: of the gradient, 1 in all; negative: against it. noise ceiling: how alike one use is\n"
      "on two halves of the batch; uses that differ more than that want different things.\n",
      line["step"].get<int64_t>());
  bool found = false;
  for (const auto& [name, report] : line["uses"].items()) {
    if (name.find(options.parameter) == std::string::npos) continue;
    found = true;
    std::string updates = number(line["update_ratio"][name], "{:.2g}");
    if (line.contains("trust_ratio")) {
      updates += fmt::format(" (trust ratio {})", number(line["trust_ratio"].value(name, Json()), "{:.2f}"));
    }
    text += fmt::format("\n{}\nused {} times; noise ceiling {}; updates are {} of the weights\n{}",
                        printable(name), report["norm"].size(), number(report["noise_cosine"], "{:.2f}"),
                        updates, table_of(report));
  }
  if (!found) {
    throw Error(ExitCode::usage, "{}: no parameter whose name has \"{}\" in it was looked at",
                printable(options.run), printable(options.parameter));
  }
  if (line.contains("layers")) text += "\n" + layers_of(line["layers"]);
  return text;
}

void add_diagnose(CLI::App& app, DiagnoseOptions& options) {
  CLI::App* command = app.add_subcommand(
      "diagnose", "What each use of shared weights wanted, in a run with diagnostics");
  command->add_option("run", options.run, "a run's folder")->required();
  command->add_option("--step", options.step, "the step (the last that was looked at)");
  command->add_option("--parameter", options.parameter, "only parameters with this in their names");
}

}  // namespace reprise
