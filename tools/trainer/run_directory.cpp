#include "tools/trainer/run_directory.h"

#include <filesystem>
#include <vector>

#include "core/commit_directory.h"
#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"

namespace reprise {

namespace fs = std::filesystem;

namespace {

// "path: old, now new" for every leaf in which two trees differ.
void differences(const Json& before, const Json& now, const std::string& path,
                 std::vector<std::string>& found) {
  if (before == now) return;
  if (before.is_object() && now.is_object()) {
    for (const auto& [key, value] : before.items()) {
      const std::string inner = path.empty() ? key : path + "." + key;
      differences(value, now.contains(key) ? now.at(key) : Json(), inner, found);
    }
    for (const auto& [key, value] : now.items()) {
      if (before.contains(key)) continue;
      found.push_back(fmt::format("{}{}{}: not there, now {}", path, path.empty() ? "" : ".", key,
                                  dump_json_line(value)));
    }
    return;
  }
  found.push_back(fmt::format("{}: {}, now {}", path, dump_json_line(before), dump_json_line(now)));
}

void make_folder(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error || !fs::is_directory(path, error)) {
    throw Error(ExitCode::cannot_create, "{}: the run's folder can't be created: {}", path,
                error ? error.message() : "something else is there");
  }
}

}  // namespace

RunDirectory::RunDirectory(const std::string& path) : path_(path) {
  make_folder(path);
  lock_.emplace(file("lock"));
  make_folder(checkpoints());
  make_folder(best());
  make_folder(tokenizer());
  // What a killed process was writing; nobody else may be writing here now.
  for (const std::string& folder : {path_, checkpoints(), best(), tokenizer()}) remove_leftovers(folder);
}

bool RunDirectory::finished() const {
  if (!fs::exists(final_folder())) return false;
  verify_directory(final_folder());  // a damaged result is an error, not an unfinished run
  return true;
}

bool RunDirectory::used() const { return fs::exists(file("config.json")); }

void RunDirectory::check_same_config(const Json& config) const {
  std::vector<std::string> found;
  differences(read_json(file("config.json")).value(), config, "", found);
  if (found.empty()) return;
  const size_t shown = std::min<size_t>(found.size(), 5);
  throw ConfigError("{}: a run of another configuration is here; choose another --output, or give "
                    "its settings again. Different{}:\n  {}", path_,
                    found.size() > shown ? fmt::format(" (the first {})", shown) : "",
                    fmt::join(found.begin(), found.begin() + shown, "\n  "));
}

void RunDirectory::write_config(const Json& config) const {
  write_file(file("config.json"), dump_json(config) + "\n");
}

void RunDirectory::write_tokenizer(const Dataset& dataset) const {
  dataset.write_tokenizer(tokenizer());
}

std::string config_hash(const Json& config) {
  const std::string text = dump_json_line(config);
  return hash_of(text);
}

}  // namespace reprise
