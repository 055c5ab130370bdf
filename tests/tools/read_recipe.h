// Reads recipes for the tests of what is made from them.
#pragma once

#include <string>
#include <vector>

#include "tools/trainer/recipes.h"
#include "tools/trainer/run_config.h"

namespace reprise {

inline RunConfig read_recipe(const std::string& name,
                             const std::vector<std::string>& overrides = {}) {
  return bind<RunConfig>(load_config(find_recipe(name), overrides));
}

}  // namespace reprise
