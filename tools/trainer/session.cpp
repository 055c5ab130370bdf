#include "tools/trainer/session.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>
#include <utility>

#include "core/error.h"
#include "core/timing.h"
#include "layers/initializers.h"
#include "optim/clip.h"
#include "optim/registry.h"
#include "tools/trainer/model_folder.h"

namespace reprise {

namespace {

// Places of the run's seed: what draws random numbers apart from the data.
enum SeedPlace : uint64_t { kWeights = 1, kStep = 2 };

constexpr int64_t kTextBatch = 32;

DatasetSettings dataset_settings(const RunConfig& config) {
  const int64_t from_file = config.data.type == "batches" ? 0 : kTextBatch;
  return {.vocabulary_size = config.model.encoder.vocab_size,
          .max_positions = config.model.encoder.max_position_embeddings,
          .segment_types = config.model.encoder.type_vocab_size,
          .sequences = config.training.batch_size.value_or(from_file),
          .seed = static_cast<uint64_t>(config.training.seed)};
}

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

Collector collected(const Encoder& encoder) {
  Collector collector;
  encoder.collect(collector);
  return collector;
}

}  // namespace

Session::Session(const RunConfig& config)
    : Session(config, make_dataset(config.data, dataset_settings(config))) {}

Session::Session(const RunConfig& config, std::unique_ptr<Dataset> dataset)
    : config_(config),
      dataset_(std::move(dataset)),
      encoder_(config.model.encoder),
      collector_(collected(encoder_)),
      task_(encoder_),
      precision_(precision_named(config.training.precision)),
      optimizer_(make_optimizer(config.optimizer, collector_.parameters())),
      gradients_(collector_.parameters()) {
  const std::optional<int64_t> length = dataset_->length();
  const int64_t needed = config.training.steps.value_or(0) * config.training.accumulate;
  if (length && *length < needed) {
    throw DataError("data: {} batches are there, {} steps of {} micro-batches need {}", *length,
                    *config.training.steps, config.training.accumulate, needed);
  }
  if (config.model.init_from) {
    load_model_folder(config.model.init_from->string(), encoder_);
  } else {
    initialize(collector_, {config.model.encoder.initializer, config.model.encoder.initializer_range},
               RandomKey(config.training.seed).at(kWeights));
  }
}

Batch Session::micro_batch(int64_t number) const {
  const int64_t within = number % config_.training.accumulate;
  return dataset_->batch(number, within * dataset_->sequences_per_batch());
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
    const TaskLoss loss = task_.loss(context(&tape_, step), batch, step_totals);
    add_parts(result.parts, loss.parts);
    result.tokens += batch.tokens();
    result.times.forward += watch.lap();
    tape_.backward(loss.total);
    if (micro_batches.size() > 1) gradients_.add();
    result.times.backward += watch.lap();
  }
  if (micro_batches.size() > 1) gradients_.finish();
  result.times.backward += watch.lap();
  for (const auto& [name, value] : result.parts) result.loss += value;
  result.gradient_norm = gradient_norm(parameters());
  result.times.norm = watch.lap();
  result.finite = std::isfinite(result.loss) && std::isfinite(result.gradient_norm);
  return result;
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
