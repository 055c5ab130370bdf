// Runs of tiny models that take a fraction of a second, in a folder of their own.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "core/json.h"
#include "tests/tools/process.h"
#include "tests/tools/temporary_folder.h"

namespace reprise {

// Sentences of words in an order made from the seed; a blank line between documents.
inline std::string tiny_text(int documents, int sentences, uint64_t seed) {
  constexpr const char* kWords[] = {"tide", "moon", "river", "stone", "bright", "falls", "under",
                                    "the",  "a",    "slow",  "wind",  "rises",  "and",   "sleeps"};
  const auto random = [&](uint64_t below) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 33) % below;
  };
  std::string text;
  for (int d = 0; d < documents; ++d) {
    for (int s = 0; s < sentences; ++s) {
      for (uint64_t w = 4 + random(5); w > 0; --w) text += std::string(kWords[random(14)]) + " ";
      text.back() = '\n';
    }
    text += '\n';
  }
  return text;
}

// 12 steps of 2 micro-batches; evaluations at 5, 10 and 12, checkpoints at 4 and 8.
inline Json tiny_recipe(const std::string& type) {
  Json recipe = parse_json(R"({
    "model": {"vocab_size": 120, "hidden_size": 32, "num_hidden_layers": 2,
              "num_attention_heads": 2, "intermediate_size": 48, "max_position_embeddings": 32,
              "hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1},
    "data": {"train": "train.txt", "valid": "valid.txt", "max_length": 32},
    "optimizer": {"learning_rate": 0.01},
    "schedule": {"type": "linear", "warmup_steps": 3},
    "training": {"steps": 12, "batch_size": 4, "accumulate": 2, "eval_every": 5,
                 "checkpoint_every": 4, "log_every": 4}})", "the tiny recipe").value();
  recipe["model"]["type"] = type;
  recipe["optimizer"]["type"] = type == "albert" ? "lamb" : "adamw";
  if (type == "albert") {
    recipe["model"]["embedding_size"] = 16;
    recipe["model"]["classifier_dropout_prob"] = 0.1;
  }
  return recipe;
}

// For tests that are made for both types.
inline std::string type_name(const testing::TestParamInfo<const char*>& type) { return type.param; }

class TinyRuns {
 public:
  explicit TinyRuns(const std::string& type = "albert") {
    folder_.write("train.txt", tiny_text(12, 10, 1));
    folder_.write("valid.txt", tiny_text(3, 8, 2));
    write_recipe(tiny_recipe(type));
  }

  void write_recipe(const Json& recipe) const { folder_.write("tiny.json", dump_json(recipe)); }
  const TemporaryFolder& folder() const { return folder_; }
  std::string operator/(const std::string& name) const { return folder_ / name; }
  std::string recipe() const { return folder_ / "tiny.json"; }

  using Arguments = std::vector<std::string>;
  // `train` with the recipe; one thread unless `more` says otherwise.
  Process start(const std::string& output, const Arguments& more = {}) const {
    Arguments arguments = {"--config", recipe(), "--output", folder_ / output};
    if (std::find(more.begin(), more.end(), "--threads") == more.end()) {
      arguments.insert(arguments.end(), {"--threads", "1"});
    }
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Process("train", arguments, folder_.path());
  }
  Exited train(const std::string& output, const Arguments& more = {}) const {
    return start(output, more).wait();
  }

  // Starts or goes on with a run, and sends it the signal once its metrics have so many lines.
  void stop(const std::string& output, size_t lines, int signal) const {
    Process process = start(output);
    process.wait_until([&] { return metrics_lines(output) >= lines; });
    process.kill(signal);
    process.wait();
  }

  std::string file(const std::string& output, const std::string& name) const {
    return content_of(folder_ / (output + "/" + name));
  }
  size_t metrics_lines(const std::string& output) const {
    const std::string text = file(output, "metrics.jsonl");
    return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  }
  // The lines of metrics.jsonl, without the one field that is a matter of the clock.
  std::vector<Json> metrics(const std::string& output) const {
    std::vector<Json> lines;
    std::istringstream text(file(output, "metrics.jsonl"));
    for (std::string line; std::getline(text, line);) {
      lines.push_back(parse_json(line, "metrics.jsonl").value());
      lines.back().erase("seconds");
    }
    return lines;
  }

  void expect_same_result(const std::string& a, const std::string& b) const {
    const std::string weights = file(a, "final/model.safetensors");
    EXPECT_FALSE(weights.empty());
    EXPECT_TRUE(weights == file(b, "final/model.safetensors")) << a << " and " << b;
    EXPECT_EQ(metrics(a), metrics(b)) << a << " and " << b;
  }

 private:
  TemporaryFolder folder_{folder_in_memory()};
};

inline void expect_exit(const Exited& exited, int code, const std::vector<std::string>& parts = {}) {
  EXPECT_EQ(exited.code, code) << "signal " << exited.signal << "\n" << exited.err;
  for (const std::string& part : parts) {
    EXPECT_NE(exited.err.find(part), std::string::npos) << "lacks: " << part << "\n" << exited.err;
  }
}

}  // namespace reprise
