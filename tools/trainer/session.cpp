#include "tools/trainer/session.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>
#include <utility>

#include "core/error.h"
#include "core/timing.h"
#include "optim/clip.h"
#include "optim/registry.h"
#include "tools/trainer/best_weights.h"
#include "tools/trainer/convert_moments.h"
#include "tools/trainer/layer_rates.h"

namespace reprise {

namespace {

// Places of the run's seed: what draws random numbers apart from the data.
enum SeedPlace : uint64_t { kWeights = 1, kStep = 2 };

void add_parts(NamedNumbers& sums, const NamedNumbers& parts) {
  for (const auto& [name, value] : parts) {
    const auto same = [&](const auto& sum) { return sum.first == name; };
    const auto found = std::find_if(sums.begin(), sums.end(), same);
    if (found == sums.end()) {
      sums.emplace_back(name, value);
    } else {
      found->second += value;
    }
  }
}

Collector collected(const Task& task) {
  Collector collector;
  task.collect(collector);
  return collector;
}

}  // namespace

Session::Session(const RunConfig& config, std::unique_ptr<Task> task)
    : config_(config),
      task_(std::move(task)),
      collector_(collected(*task_)),
      precision_(precision_named(config.training.precision)),
      optimizer_(make_optimizer(config.optimizer, collector_.parameters())),
      carried_(task_->initial_state()),
      gradients_(collector_.parameters()) {
  scale_rates();
  fit_to_data();
  check_keep_best();
  started_anew_ = task_->start(collector_, RandomKey(config.training.seed).at(kWeights));
}

// An evaluation that is stopped at once has the names of all scores.
void Session::check_keep_best() const {
  if (config_.training.keep_best) score_named(task_->evaluate([] { return true; }), *config_.training.keep_best);
}

// Epochs become steps, labels are those that the data have, and the batches must last for the steps.
void Session::fit_to_data() {
  constexpr int64_t kEvaluateEvery = 100;
  TrainingConfig& training = config_.training;
  if (const auto* texts = dynamic_cast<const LabelledTextDataset*>(&dataset()); texts && !texts->labels().empty()) {
    config_.data.classification.labels = LabelNamesConfig{.path = {}, .names = texts->labels()};
  }
  const std::optional<int64_t> epoch = dataset().batches_per_epoch(), length = dataset().length();
  if (training.epochs) {
    if (!epoch) throw ConfigError("training.epochs: these data have no epochs of a fixed size; give training.steps");
    training.steps = training.steps_of(*training.epochs, *epoch);
    if (!training.eval_every) training.eval_every = training.steps_of(1, *epoch);
  }
  if (!training.eval_every) training.eval_every = kEvaluateEvery;
  const int64_t needed = training.steps.value_or(0) * training.accumulate;
  if (length && *length < needed) {
    throw DataError("data: {} batches are there, {} steps of {} micro-batches need {}", *length,
                    *training.steps, training.accumulate, needed);
  }
}

Batch Session::micro_batch(int64_t number) const {
  const int64_t within = number % config_.training.accumulate;
  return dataset().any_batch(number, within * dataset().sequences_per_batch());
}

Context Session::context(Tape* tape, int64_t step) const {
  return {.tape = tape,
          .training = true,
          .random = RandomKey(config_.training.seed).at(kStep).at(static_cast<uint64_t>(step)),
          .precision = precision_};
}

StepResult Session::compute_gradients(int64_t step, const std::vector<Batch>& micro_batches,
                                      const std::function<bool()>& stop) {
  const StepTotals step_totals = totals(micro_batches);
  Carried carried = carried_;
  StepResult result;
  Stopwatch watch;
  optimizer_->clear_gradients();
  for (const Batch& batch : micro_batches) {
    if (stop()) {
      gradients_.clear();
      result.interrupted = true;
      return result;
    }
    watch.lap();
    tape_.reset();
    const TaskLoss loss = task_->loss(context(&tape_, step), batch, step_totals, carried);
    add_parts(result.parts, loss.parts);
    result.tokens += tokens(batch);
    result.times.forward += watch.lap();
    tape_.backward(loss.total);
    if (micro_batches.size() > 1) gradients_.add();
    result.times.backward += watch.lap();
  }
  if (micro_batches.size() > 1) gradients_.finish();
  result.times.backward += watch.lap();
  for (const auto& [name, value] : result.parts) result.loss += value;
  result.gradient_squares = gradient_squares(parameters());
  result.gradient_norm = norm_of_squares(result.gradient_squares);
  result.times.norm = watch.lap();
  result.finite = std::isfinite(result.loss) && std::isfinite(result.gradient_norm);
  // A state that isn't finite would stay so in all steps to come.
  carried_ = result.finite ? carried : task_->initial_state();
  return result;
}

bool Session::follow_sharing_schedule(int64_t step) {
  const std::vector<SharingChange>& schedule = config_.sharing_schedule;
  const size_t before = sharing_changes_;
  while (sharing_changes_ < schedule.size() && schedule[sharing_changes_].step <= step) {
    change_sharing(schedule[sharing_changes_++]);
  }
  return sharing_changes_ > before;
}

void Session::change_sharing(const SharingChange& change) {
  tape_.reset();  // which has hold of the old weights
  const std::vector<Origin> origins = task_->change_sharing(change.sharing, shared_from_named(change.by));
  config_.model.encoder = config_.model.encoder.with_sharing(change.sharing);
  collector_ = collected(*task_);
  std::unique_ptr<Optimizer> next = make_optimizer(config_.optimizer, collector_.parameters());
  convert_moments(origins, *optimizer_, *next, moments_become_named(change.moments));
  optimizer_ = std::move(next);
  scale_rates();
}

void Session::scale_rates() {
  if (config_.optimizer.layer_decay == 1) return;
  optimizer_->scale_rates(layer_rates(config_.model.encoder, config_.optimizer.layer_decay));
}

std::vector<std::string> Session::check_coverage() const {
  std::unordered_set<const Parameter*> used;
  for (const Parameter* parameter : tape_.bound()) used.insert(parameter);
  std::vector<std::string> unused;
  for (const ParameterPtr& parameter : parameters()) {
    if (used.erase(parameter.get()) == 0) unused.push_back(parameter->name());
  }
  if (!used.empty()) {
    throw UsageError("{} parameters are used by the model but were never collected: they would not "
                     "be trained or saved", used.size());
  }
  return unused;
}

}  // namespace reprise
