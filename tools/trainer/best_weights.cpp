#include "tools/trainer/best_weights.h"

#include <cmath>
#include <filesystem>

#include "core/commit_directory.h"
#include "core/error.h"
#include "tools/trainer/checkpoint.h"

namespace reprise {

namespace {

constexpr std::string_view kPrefix = "step-";

std::string name_of(int64_t step) { return fmt::format("{}{:08}", kPrefix, step); }

}  // namespace

bool smaller_is_better(std::string_view score) {
  return score.ends_with("loss") || score.ends_with("error") || score.ends_with("perplexity");
}

double score_named(const NamedNumbers& scores, const std::string& name) {
  const double score = find(scores, name);
  if (!std::isnan(score)) return score;  // it may be NaN and there
  std::vector<std::string> names;
  for (const auto& [known, value] : scores) {
    if (known == name) return value;
    names.push_back(known);
  }
  throw ConfigError("training.keep_best: an evaluation has no \"{}\"; it has {}", name, fmt::join(names, ", "));
}

void save_best(const std::string& folder, int64_t step, const std::vector<ParameterPtr>& parameters,
               int64_t spared) {
  DirectoryCommit commit(folder, name_of(step));
  commit.add("model.safetensors", [&](OutputFile& out) { write_safetensors(out, weights_of(parameters)); });
  commit.commit();
  // The highest number may be of a step that a rollback took back.
  prune_directories(folder, kPrefix, 1, [&](int64_t number) { return number == step || number == spared; });
}

bool has_best(const std::string& folder, int64_t step) {
  return std::filesystem::exists(folder + "/" + name_of(step));
}

void load_best(const std::string& folder, int64_t step, const std::vector<ParameterPtr>& parameters) {
  const std::string path = folder + "/" + name_of(step);
  verify_directory(path);
  restore_tensors(path + "/model.safetensors", weights_of(parameters));
  for (const ParameterPtr& parameter : parameters) parameter->touch();
}

}  // namespace reprise
