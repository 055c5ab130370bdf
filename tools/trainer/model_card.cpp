#include "tools/trainer/model_card.h"

#include <filesystem>
#include <fstream>

#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "core/printable.h"
#include "tools/trainer/ledger.h"
#include "tools/trainer/memory_estimate.h"
#include "tools/trainer/quantity.h"

namespace reprise {

namespace {

// What stands in a cell of a table.
std::string cell(const std::string& text) {
  std::string safe;
  for (const char c : printable(text)) {
    if (c == '|') safe += '\\';
    safe += c;
  }
  return safe;
}

std::string row(const std::string& name, const std::string& value) {
  return fmt::format("| {} | {} |\n", cell(name), cell(value));
}

std::string purpose(const RunConfig& config) {
  if (config.data.type != "classification") {
    return config.model.is_encoder() ? "masked words, as pretraining" : config.model.type;
  }
  switch (config.labels()) {
    case LabelKind::one: return "which label a text has";
    case LabelKind::several: return "which labels a text has";
    case LabelKind::number: break;
  }
  return "a number for a text";
}

std::string what(const RunConfig& config, const TrainedFacts& facts) {
  const Ledger ledger = make_ledger(config.model, workload_of(config));
  std::string text = "| | |\n|---|---|\n";
  text += row("answers", purpose(config));
  if (const auto& labels = config.data.classification.labels; labels && config.data.type == "classification") {
    text += row("labels", fmt::format("{}: {}", labels->names.size(), fmt::join(labels->names, ", ")));
  }
  text += row("architecture", config.model.type);
  text += row("parameters", fmt::format("{} stored; {} if every use of a weight had its own",
                                        grouped(ledger.stored()), grouped(ledger.unshared())));
  text += row("started from", config.model.init_from ? config.model.init_from->string() + " (pretrained)"
                                                     : std::string("random weights"));
  if (!facts.started_anew.empty()) {
    text += row("random at first", fmt::format("{}", fmt::join(facts.started_anew, ", ")));
  }
  if (const EncoderConfig* encoder = config.model.any_encoder()) {
    text += "\nSets of weights by application of a layer; the same letter, the same weights:\n\n```\n" +
            encoder->sharing_picture() + "\n```\n";
  }
  return text;
}

std::string results(const TrainedFacts& facts) {
  if (!facts.eval.is_object() && !facts.test.is_object()) return "No data were held out.\n";
  std::string text = "| | held out while training | test |\n|---|---|---|\n";
  const auto number = [](const Json& scores, const std::string& name) -> std::string {
    if (!scores.is_object() || !scores.contains(name) || !scores[name].is_number()) return "";
    return fmt::format("{:.4f}", scores[name].get<double>());
  };
  for (const auto& [name, value] : (facts.eval.is_object() ? facts.eval : facts.test).items()) {
    if (!value.is_number() || name.ends_with("spread")) continue;
    text += fmt::format("| {} | {} | {} |\n", cell(name), number(facts.eval, name), number(facts.test, name));
  }
  if (facts.eval.is_object() && facts.eval.contains("on_training_data")) {
    text += "\nThe first column is of the data that it was trained on: it says nothing about others.\n";
  }
  return text;
}

std::vector<std::string> files_of(const DataConfig& data) {
  try {
    return data.files();
  } catch (const Error&) {  // a pattern that nothing matches any more
    return {"(files that are gone since)"};
  }
}

std::string data(const RunConfig& config) {
  std::string text = "| file | size | XXH3-128 |\n|---|---|---|\n";
  for (const std::string& path : files_of(config.data)) {
    std::string size, hash;
    try {
      const FileStamp stamp = stamp_of(InputFile(path));
      size = byte_size(static_cast<int64_t>(stamp.bytes));
      hash = stamp.hash;
    } catch (const Error& error) {
      size = error.code() == ExitCode::no_input ? "gone since" : "can't be read";
    }
    text += fmt::format("| {} | {} | {} |\n", cell(std::filesystem::path(path).filename().string()), size, hash);
  }
  return text;
}

std::string training(const RunConfig& config, const TrainedFacts& facts) {
  std::string text = "| | |\n|---|---|\n";
  text += row("steps", fmt::format("{} of {} sequences", grouped(facts.steps),
                                   config.sequences() * config.training.accumulate));
  if (facts.best_step) {
    text += row("weights", fmt::format("those of step {}, the best by {}", grouped(*facts.best_step),
                                       config.training.keep_best.value_or("its scores")));
  }
  text += row("optimizer", fmt::format("{}, peak rate {:g}, {} schedule", config.optimizer.type,
                                       config.optimizer.learning_rate, config.schedule.type));
  text += row("products in", config.training.precision);
  text += row("time", fmt::format("{} on {} threads of {}", short_duration(facts.seconds), facts.threads,
                                  facts.processor));
  text += row("memory", byte_size(facts.peak_bytes) + " at most");
  text += row("energy", facts.joules ? fmt::format("{:.3g} kJ, of the whole processor", *facts.joules / 1000)
                                     : std::string("not measured: the processor doesn't say, or not to this user"));
  return text + "\nAll settings:\n\n```json\n" + dump_json(facts.settings) + "\n```\n";
}

std::string limits(const RunConfig& config) {
  std::string text;
  if (const auto length = config.data.max_length()) {
    text += fmt::format("- Texts are cut to {} tokens; what follows has no say.\n", *length);
  }
  if (config.data.type == "classification" && config.labels() == LabelKind::one) {
    text += "- Every text gets one of the labels, also one that fits none of them: ask for a threshold "
            "(`reprise predict --threshold`), and look at a sample of the answers.\n";
  }
  text += "- It knows what its training data say, in their language, with their mistakes and their leanings. The scores "
          "above hold for texts like the held-out ones.\n"
          "- Nobody has examined it for fairness between groups of people, nor for what it makes of hostile input.\n";
  return text;
}

}  // namespace

std::string model_card(const RunConfig& config, const TrainedFacts& facts) {
  const char* pipeline = config.data.type == "classification" ? "pipeline_tag: text-classification\n"
                         : config.model.is_encoder()          ? "pipeline_tag: fill-mask\n"
                                                              : "";
  return fmt::format(
      "---\n{}tags: [reprise, weight-sharing]\n---\n# {}\n\n{}\n\n{}\n## Results\n\n{}\n## Data\n\n{}\n"
      "## Training\n\n{}\n## Limits\n\n{}",
      pipeline, cell(facts.name), cell(config.description), what(config, facts), results(facts), data(config),
      training(config, facts), limits(config));
}

Json last_scores(const std::string& metrics, const std::string& key, int64_t step) {
  std::ifstream file(metrics);
  const std::string wanted = "\"" + key + "\":";
  Json scores;
  for (std::string line; std::getline(file, line);) {
    if (line.find(wanted) == line.npos) continue;
    const Json value = Json::parse(line, nullptr, false);  // a full disk may have torn a line
    if (value.is_object() && value.contains(key) && value.value("step", int64_t{-1}) == step) scores = value[key];
  }
  return scores;
}

}  // namespace reprise
