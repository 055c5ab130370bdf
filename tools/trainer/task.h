// Task: a model, its data, and what it is trained for. An abstract class; a
// new one is a row of tasks/registry.cpp.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "autograd/context.h"
#include "core/files.h"
#include "data/dataset.h"
#include "layers/collector.h"
#include "tools/trainer/convert_sharing.h"

namespace reprise {

class Encoder;

// What a step's losses are divided by. Every label of a step weighs the same, in whichever micro-batch
// it stands; so does every sequence. A mean of micro-batches' means would not do that.
struct StepTotals {
  int64_t predictions = 0;
  int64_t sequences = 0;
};
StepTotals totals(const std::vector<Batch>& micro_batches);
int64_t tokens(const Batch& batch);

using NamedNumbers = std::vector<std::pair<std::string, double>>;

// NaN when there is none of that name.
double find(const NamedNumbers& numbers, std::string_view name);

struct TaskLoss {
  Variable total;      // what backward starts from
  NamedNumbers parts;  // this micro-batch's share of each loss, in nats; they add up over a step
};

// What one micro-batch hands to the next beside the weights: a recurrent model's state. Constants.
using Carried = std::vector<Tensor>;

// Of a task that tells classes apart: what it answers to each item of the evaluation set, in order.
struct Answers {
  std::vector<int32_t> given, right;
};

// What a head says of each token [T, …] or of each sequence [S, …] of a batch.
struct HeadOutput {
  std::string name;  // "sentence_logits"
  Variable logits;
  bool of_tokens = false;
};

class Task {
 public:
  virtual ~Task() = default;

  virtual const Dataset& dataset() const = 0;
  // What a second's pace is counted in.
  virtual const char* unit() const { return "tokens"; }
  // All Parameters of the model.
  virtual void collect(Collector& collector) const = 0;
  // Fills them with random weights, a function of `random`, or with those of a pretrained model. Returns
  // the names of the heads that its files lack, which are random then.
  virtual std::vector<std::string> start(const Collector& collector, RandomKey random) const = 0;

  // Goes on under another sharing plan, with weights made of those that there are; all Parameters are other
  // ones then. Returns where they come from. Throws UsageError when the model has no such plan.
  virtual std::vector<Origin> change_sharing(const SharingConfig& sharing, SharedFrom how);

  // What the first micro-batch starts from. It is saved with checkpoints, so its shapes never change.
  virtual Carried initial_state() const { return {}; }
  // `carried` comes from the micro-batch before and is replaced.
  virtual TaskLoss loss(const Context& context, const Batch& batch, const StepTotals& step,
                        Carried& carried) const = 0;
  // Scores on the dataset's evaluation set, without dropout. Stops early, with what was counted so
  // far, when `stop` says so.
  virtual NamedNumbers evaluate(const std::function<bool()>& stop) const = 0;
  // The same on data that are looked at once, when the run is finished; empty without such data.
  virtual NamedNumbers test(const std::function<bool()>& /*stop*/) const { return {}; }
  // The answers behind evaluate(); empty for a task that doesn't tell classes apart.
  virtual Answers answers() const { return {}; }
  // The scores in words: "masked words: loss 3.1, …".
  virtual std::string in_words(const NamedNumbers& scores) const = 0;

  // Adds the files of the trained model to a folder.
  virtual void write_model(const Collector& collector, const AddFile& add) const = 0;
  // Lines that show what the model has learnt.
  virtual std::vector<std::string> showcase() const { return {}; }

  // The encoder that its batches of tokens go through; null for a task with batches of another kind.
  virtual const Encoder* encoder() const { return nullptr; }
  // What the heads on it make of its outputs: x [T, H] and, through the pooler, [S, H].
  virtual std::vector<HeadOutput> heads(const Context& /*context*/, const Variable& /*x*/,
                                        const Variable& /*pooled*/, const TokenBatch& /*batch*/) const {
    return {};
  }
};

}  // namespace reprise
