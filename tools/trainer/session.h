// Session: a run's data, model, task and optimizer, made from its configuration; and one step of them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "autograd/tape.h"
#include "optim/optimizer.h"
#include "tools/trainer/gradient_tree.h"
#include "tools/trainer/run_config.h"
#include "tools/trainer/tasks/registry.h"

namespace reprise {

// Where a step's time went, in seconds.
struct StepTimes {
  double forward = 0;
  double backward = 0;  // with the sums over micro-batches
  double norm = 0;
};

// What one step's forward and backward passes came to.
struct StepResult {
  double loss = 0;
  NamedNumbers parts;      // of the loss
  double gradient_norm = 0;  // of all gradients together, before clipping
  std::vector<double> gradient_squares;  // its parts, in the order of named_parts()
  int64_t tokens = 0;
  StepTimes times;
  bool finite = true;
  bool interrupted = false;  // by `stop`, before all micro-batches were through: to be forgotten
};

class Session {
 public:
  // Loads the data, makes the model, and starts it from random or given weights. Throws the errors of
  // all of these, and DataError when the data doesn't last for the steps.
  explicit Session(const RunConfig& config) : Session(config, make_task(config)) {}
  // The same with a task made otherwise, e.g. on other data.
  Session(const RunConfig& config, std::unique_ptr<Task> task);

  // The micro-batches of a step: a function of its number.
  int64_t first_micro_batch(int64_t step) const { return step * config_.training.accumulate; }
  Batch micro_batch(int64_t number) const;

  // Leaves the step's gradients in the Parameters.
  StepResult compute_gradients(int64_t step, const std::vector<Batch>& micro_batches,
                               const std::function<bool()>& stop);

  // Goes on under the plan that the schedule has for `step`, with weights and moments made of those that
  // there are. Returns true when that is another plan.
  bool follow_sharing_schedule(int64_t step);

  // Charges the time of each op of the following steps to *profile, which must outlive the session.
  void profile(Profile* profile) { tape_.profile(profile); }

  // Random numbers of a step.
  Context context(Tape* tape, int64_t step) const;

  // Throws UsageError when the last tape used a Parameter that wasn't collected; returns the names of
  // those that were collected and not used.
  std::vector<std::string> check_coverage() const;

  // With steps in place of epochs, the labels that the data have, and the sharing plan of now.
  const RunConfig& config() const { return config_; }
  const Task& task() const { return *task_; }
  const Dataset& dataset() const { return task_->dataset(); }
  const Collector& collector() const { return collector_; }
  const std::vector<ParameterPtr>& parameters() const { return collector_.parameters(); }
  Optimizer& optimizer() { return *optimizer_; }
  // What the next step goes on from; see Task.
  const Carried& carried() const { return carried_; }
  // The heads that a pretrained model lacked; see Task::start.
  const std::vector<std::string>& started_anew() const { return started_anew_; }
  Precision precision() const { return precision_; }

 private:
  void fit_to_data();
  void check_keep_best() const;
  void change_sharing(const SharingChange& change);
  void scale_rates();

  RunConfig config_;
  std::unique_ptr<Task> task_;
  Collector collector_;
  Precision precision_;
  std::unique_ptr<Optimizer> optimizer_;
  Carried carried_;
  std::vector<std::string> started_anew_;
  size_t sharing_changes_ = 0;  // so many of the schedule are behind
  GradientTree gradients_;
  Tape tape_;
};

}  // namespace reprise
