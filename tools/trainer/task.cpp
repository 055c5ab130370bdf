#include "tools/trainer/task.h"

#include <cmath>

#include "core/error.h"

namespace reprise {

std::vector<Origin> Task::change_sharing(const SharingConfig& /*sharing*/, SharedFrom /*how*/) {
  throw UsageError("the model has no layers that share by a plan");
}

StepTotals totals(const std::vector<Batch>& micro_batches) {
  StepTotals totals;
  for (const Batch& batch : micro_batches) {
    totals.predictions += std::visit([](const auto& b) { return b.predictions(); }, batch);
    totals.sequences += std::visit([](const auto& b) { return b.sequences(); }, batch);
  }
  return totals;
}

int64_t tokens(const Batch& batch) {
  return std::visit([](const auto& b) { return b.tokens(); }, batch);
}

double find(const NamedNumbers& numbers, std::string_view name) {
  for (const auto& [known, value] : numbers) {
    if (known == name) return value;
  }
  return std::nan("");
}

}  // namespace reprise
