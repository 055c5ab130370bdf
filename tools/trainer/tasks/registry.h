// Tasks by the type of their model: one table. A new task is one row.
#pragma once

#include <memory>

#include "tools/trainer/run_config.h"
#include "tools/trainer/task.h"

namespace reprise {

// Loads the data and makes the model, whose weights are still to be started. Throws the errors of both.
std::unique_ptr<Task> make_task(const RunConfig& config);
// The same on other data than the configuration's. Throws UsageError when they are of another kind.
std::unique_ptr<Task> make_task(const RunConfig& config, std::unique_ptr<Dataset> dataset);

}  // namespace reprise
