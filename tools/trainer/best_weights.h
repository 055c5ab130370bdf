// The weights of a run's best evaluation, in best/ of its folder until the run is finished.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "autograd/parameter.h"
#include "tools/trainer/task.h"

namespace reprise {

// Whether a smaller number of that score is better: of losses and errors.
bool smaller_is_better(std::string_view score);

// Throws ConfigError unless the scores have a number of that name.
double score_named(const NamedNumbers& scores, const std::string& name);

// Writes best/step-<number>, and removes older ones but for `spared`: a run that is killed right after this
// goes on from a checkpoint, and from what was the best then. Throws Error (io).
void save_best(const std::string& folder, int64_t step, const std::vector<ParameterPtr>& parameters, int64_t spared);
bool has_best(const std::string& folder, int64_t step);
// Fills the Parameters with those of that step. Throws Error: corrupt when they aren't there or not whole.
void load_best(const std::string& folder, int64_t step, const std::vector<ParameterPtr>& parameters);

}  // namespace reprise
