// Recipes: the configurations in configs/, found by their names.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace reprise {

// The file of a recipe: `name` as a path when that file exists (".json" may be left out), else the
// recipe of that name in one of config_folders(). Throws Error (no_input) that lists what there is.
std::filesystem::path find_recipe(const std::string& name);

// The names of all recipes, sorted.
std::vector<std::string> recipe_names();

// Where recipes are looked for: of these folders those that exist, in this order. The one beside
// the build folder that the running program is in, the one beside the sources that it was built
// from, those in the share directories of the prefix it runs from and of the one it was built for.
std::vector<std::filesystem::path> config_folders();

}  // namespace reprise
