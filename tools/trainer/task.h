// Task: what is trained for. Turns a batch into a loss, and a model into scores.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "autograd/context.h"
#include "data/batch.h"
#include "data/dataset.h"

namespace reprise {

// What a step's losses are divided by. Every masked token of a step weighs the same, in whichever
// micro-batch it stands; so does every sequence. A mean of micro-batches' means would not do that.
struct StepTotals {
  int64_t masked = 0;
  int64_t sequences = 0;
};
StepTotals totals(const std::vector<Batch>& micro_batches);

using NamedNumbers = std::vector<std::pair<std::string, double>>;

struct TaskLoss {
  Variable total;      // what backward starts from
  NamedNumbers parts;  // this micro-batch's share of each loss, in nats; they add up over a step
};

class Task {
 public:
  virtual ~Task() = default;

  virtual TaskLoss loss(const Context& context, const Batch& batch,
                        const StepTotals& step) const = 0;
  // Scores on the dataset's evaluation set, without dropout, beside what is reached without context.
  // Stops early, with what was counted so far, when `stop` says so.
  virtual NamedNumbers evaluate(const Dataset& dataset, const std::function<bool()>& stop) const = 0;
};

}  // namespace reprise
