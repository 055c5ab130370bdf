#include "tools/commands/compare.h"

#include <CLI/CLI.hpp>

#include <cmath>
#include <filesystem>

#include "core/error.h"
#include "core/printable.h"
#include "tools/commands/mcnemar.h"
#include "tools/commands/text_table.h"
#include "tools/trainer/ledger.h"
#include "tools/trainer/load_weights.h"
#include "tools/trainer/memory_estimate.h"
#include "tools/trainer/quantity.h"
#include "tools/trainer/session.h"

namespace reprise {

namespace {

struct Finished {
  std::string name;
  int64_t parameters;
  NamedNumbers scores;
  Answers answers;
};

Finished evaluate(const std::string& run) {
  const std::string final_folder = run + "/final";
  if (!std::filesystem::exists(final_folder)) {
    throw Error(ExitCode::no_input, "{}: there is no final/ in it: it isn't the folder of a finished run",
                run);
  }
  // What it started from may be gone.
  RunConfig config = load_run_config(run + "/config.json", {"model.init_from=null"});
  if (VocabularyConfig* vocabulary = config.data.vocabulary(); vocabulary && has_vocabulary(final_folder)) {
    vocabulary->path = final_folder;
  }
  Session session(config);
  load_weights(final_folder, session.parameters());
  Answers answers = session.task().answers();
  if (answers.given.empty()) {
    throw ConfigError("{}: its task doesn't give each item one label, and only such runs are compared", run);
  }
  return {.name = std::filesystem::path(run).lexically_normal().filename().string(),
          .parameters = make_ledger(config.model, workload_of(config)).stored(),
          .scores = session.task().evaluate([] { return false; }),
          .answers = std::move(answers)};
}

struct Discordant {
  int64_t only_first = 0, only_second = 0;
  double p() const { return mcnemar(only_first, only_second); }
};

Discordant between(const Finished& first, const Finished& second) {
  if (first.answers.right != second.answers.right) {
    throw ConfigError("{} and {} have other held-out data: there is nothing to compare", first.name,
                      second.name);
  }
  Discordant found;
  for (size_t i = 0; i < first.answers.right.size(); ++i) {
    const bool a = first.answers.given[i] == first.answers.right[i];
    const bool b = second.answers.given[i] == second.answers.right[i];
    found.only_first += a && !b;
    found.only_second += b && !a;
  }
  return found;
}

std::string percent(double share) {
  return std::isnan(share) ? "not looked at" : fmt::format("{:.2f} %", 100 * share);
}

std::string text_of(const std::vector<Finished>& runs) {
  TextTable table;
  table.row({"", "parameters", "right in training", "held out"});
  for (const Finished& run : runs) {
    table.row({printable(run.name), grouped(run.parameters), percent(find(run.scores, "train_accuracy")),
               percent(find(run.scores, "accuracy"))});
  }
  std::string text = table.text();
  for (size_t i = 1; i < runs.size(); ++i) {
    const Discordant found = between(runs[0], runs[i]);
    text += fmt::format("Of {} held out, {} are right in {} only and {} in {} only: McNemar's p = {:.2g}\n",
                        runs[0].answers.right.size(), found.only_first, printable(runs[0].name),
                        found.only_second, printable(runs[i].name), found.p());
  }
  return text;
}

Json json_of(const std::vector<Finished>& runs) {
  Json all = Json::array();
  for (const Finished& run : runs) {
    Json entry = {{"name", run.name}, {"parameters", run.parameters}};
    for (const auto& [name, value] : run.scores) entry[name] = value;
    if (&run != &runs[0]) {
      const Discordant found = between(runs[0], run);
      entry["only_first_right"] = found.only_first;
      entry["only_this_right"] = found.only_second;
      entry["mcnemar_p"] = found.p();
    }
    all.push_back(std::move(entry));
  }
  return {{"runs", all}};
}

}  // namespace

void add_compare(CLI::App& app, CompareOptions& options) {
  CLI::App* command = app.add_subcommand(
      "compare", "Finished runs on the same held-out data, and whether they differ.");
  command->add_option("runs", options.runs, "folders of runs; others are compared with the first")
      ->required()
      ->expected(2, -1);
  command->add_flag("--json", options.json, "print JSON, for scripts");
}

std::string compare(const CompareOptions& options) {
  std::vector<Finished> runs;
  for (const std::string& run : options.runs) runs.push_back(evaluate(run));
  return options.json ? dump_json(json_of(runs)) + '\n' : text_of(runs);
}

}  // namespace reprise
