#include "tools/trainer/recipes.h"

#include <algorithm>
#include <optional>
#include <set>

#include "core/error.h"
#include "core/printable.h"
#include "core/suggest.h"

namespace reprise {

namespace fs = std::filesystem;

namespace {

// The folder of the running program; empty where the system doesn't say.
fs::path program_folder() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::path() : program.parent_path();
}

// `path`, or `path`.json. Folders don't count: a run's folder may have its recipe's name.
std::optional<fs::path> file_at(const fs::path& path) {
  for (const fs::path& file : {path, fs::path(path.string() + ".json")}) {
    std::error_code error;
    const fs::file_status status = fs::status(file, error);
    if (fs::exists(status) && !fs::is_directory(status)) return file;
  }
  return std::nullopt;
}

}  // namespace

std::vector<fs::path> config_folders() {
  const fs::path program = program_folder();
  std::vector<fs::path> folders;
  if (!program.empty()) folders.push_back(program.parent_path() / "configs");
  folders.emplace_back(REPRISE_SOURCE_CONFIGS);
  if (!program.empty()) folders.push_back(program.parent_path() / "share/reprise/configs");
  folders.emplace_back(REPRISE_INSTALLED_CONFIGS);
  std::erase_if(folders, [](const fs::path& folder) {
    std::error_code error;
    return !fs::is_directory(folder, error);
  });
  return folders;
}

std::vector<std::string> recipe_names() {
  std::set<std::string> names;
  for (const fs::path& folder : config_folders()) {
    std::error_code error;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
      if (at->path().extension() == ".json") names.insert(at->path().stem().string());
    }
  }
  return {names.begin(), names.end()};
}

fs::path find_recipe(const std::string& name) {
  if (name.empty()) throw Error(ExitCode::no_input, "the name of the recipe is empty");
  if (const auto file = file_at(name)) return *file;
  const bool bare = name.find('/') == std::string::npos;
  if (bare) {
    for (const fs::path& folder : config_folders()) {
      if (const auto file = file_at(folder / name)) return *file;
    }
  }
  std::error_code error;
  // A run's folder, or one in it.
  for (const fs::path& run : {fs::path(name) / "..", fs::path(name)}) {
    const auto file = file_at((run / "config.json").lexically_normal());
    if (!file || !fs::is_directory(name, error)) continue;
    throw Error(ExitCode::no_input, "{}: this is a folder, and a recipe is a file; a run's is {}", printable(name),
                printable(file->string()));
  }
  const std::vector<std::string> names = recipe_names();
  const std::string stem = fs::path(name).stem().string();
  throw Error(ExitCode::no_input, "{}: there is no such {}{}{}", printable(name),
              bare ? "file or recipe" : "file", did_you_mean(stem, names),
              names.empty() ? "" : fmt::format("\nThe recipes are {}", fmt::join(names, ", ")));
}

}  // namespace reprise
