#include "tools/commands/step_benchmark.h"

#include <memory>
#include <vector>

#include "autograd/profile.h"
#include "core/gemm.h"
#include "core/kernels/isa.h"
#include "core/parallel.h"
#include "core/storage.h"
#include "core/timing.h"
#include "optim/clip.h"
#include "tools/commands/text_table.h"
#include "tools/trainer/announcement.h"
#include "tools/trainer/machine.h"
#include "tools/trainer/quantity.h"
#include "tools/trainer/session.h"
#include "tools/trainer/synthetic_dataset.h"

namespace reprise {

namespace {

constexpr double kMiB = 1 << 20;
constexpr int64_t kStepsOfSchedule = 1'000'000;  // for recipes that train for a time, or for epochs

// The recipe, with the work that is asked for in place of its own.
RunConfig with_work(RunConfig config, const StepWork& work) {
  config.training.batch_size = work.sequences;
  config.training.accumulate = 1;
  config.training.epochs.reset();  // which random tokens don't have
  // Of which only the estimate of memory hears.
  config.data.text.max_length = config.data.classification.max_length = work.length;
  return config;
}

int64_t mean_length(const StepWork& work) {
  return work.mean_length > 0 ? work.mean_length : work.length;
}

std::unique_ptr<Dataset> dataset_for(const RunConfig& config, const StepWork& work) {
  return synthetic_dataset(config, work.sequences, static_cast<uint64_t>(config.training.seed),
                           {work.length, mean_length(work)});
}

// What the measured steps took, in seconds, a number for each.
struct Steps {
  std::vector<double> all, data, forward, backward, optimizer;
  std::vector<double> tokens;
  double loss = 0;                 // of the last
  int64_t system_allocations = 0;  // of the last
};

// One step as the trainer makes it.
void run_step(Session& session, int64_t number, Steps& steps) {
  const RunConfig& config = session.config();
  const int64_t allocations = memory_use().system_allocations;
  Stopwatch whole, watch;
  const std::vector<Batch> batches = {session.micro_batch(number)};
  steps.data.push_back(watch.lap());
  steps.tokens.push_back(static_cast<double>(tokens(batches[0])));
  const StepResult result = session.compute_gradients(number, batches, [] { return false; });
  if (!result.finite) {
    throw Error(ExitCode::diverged, "benchmark: loss {} and gradient norm {} in step {}",
                result.loss, result.gradient_norm, number);
  }
  watch.lap();
  session.optimizer().step(learning_rate(config.schedule, config.optimizer.learning_rate, number,
                                         config.training.steps.value_or(kStepsOfSchedule)),
                           clip_factor(result.gradient_norm, config.training.clip_norm));
  steps.optimizer.push_back(result.times.norm + watch.lap());
  steps.forward.push_back(result.times.forward);
  steps.backward.push_back(result.times.backward);
  steps.all.push_back(whole.lap());
  steps.loss = result.loss;
  steps.system_allocations = memory_use().system_allocations - allocations;
}

Steps run_steps(Session& session, const StepWork& work, Profile& profile) {
  Steps warmup, measured;
  for (int i = 0; i < work.warmup; ++i) run_step(session, i, warmup);
  profile.clear();
  for (int i = 0; i < work.steps; ++i) run_step(session, work.warmup + i, measured);
  return measured;
}

Json ops_json(const Profile& profile, int steps) {
  Json ops = Json::array();
  for (const Profile::Op& op : profile.ops()) {
    ops.push_back({{"op", op.name},
                   {"count", op.count / steps},
                   {"forward_seconds", op.forward_seconds / steps},
                   {"backward_seconds", op.backward_seconds / steps}});
  }
  return ops;
}

int64_t stored_numbers(const Session& session) {
  int64_t count = 0;
  for (const ParameterPtr& parameter : session.parameters()) count += parameter->numel();
  return count;
}

}  // namespace

Json benchmark_step(const std::string& name, RunConfig recipe, const StepWork& work) {
  const RunConfig config = with_work(std::move(recipe), work);
  std::unique_ptr<Dataset> dataset = dataset_for(config, work);
  refuse_what_does_not_fit(config);
  Profile profile;
  Session session(config, make_task(config, std::move(dataset)));
  session.profile(&profile);
  const Steps steps = run_steps(session, work, profile);
  const double seconds = median(steps.all);
  return {{"model", name},
          {"parameters", stored_numbers(session)},
          {"batch", work.sequences},
          {"seq", work.length},
          {"mean_length", mean_length(work)},
          {"threads", threads()},
          {"precision", to_string(precision_named(config.training.precision))},
          {"gemm", to_string(gemm_backend())},
          {"isa", kernels::to_string(kernels::isa())},
          {"seconds_per_step", seconds},
          {"tokens_per_s", median(steps.tokens) / seconds},
          {"peak_rss_mib", static_cast<double>(peak_memory()) / kMiB},
          {"tensor_peak_mib", static_cast<double>(memory_use().peak_total) / kMiB},
          {"system_allocations_per_step", steps.system_allocations},
          {"loss", steps.loss},
          {"seconds",
           {{"data", median(steps.data)},
            {"forward", median(steps.forward)},
            {"backward", median(steps.backward)},
            {"optimizer", median(steps.optimizer)}}},
          {"ops", ops_json(profile, work.steps)}};
}

namespace {

std::string milliseconds(double seconds) { return fmt::format("{:.2f}", 1000 * seconds); }

std::string phase_table(const Json& measured) {
  TextTable table;
  table.row({"", "ms", "share"});
  const double all = measured["seconds_per_step"];
  for (const auto& [phase, seconds] : measured["seconds"].items()) {
    table.row(
        {phase, milliseconds(seconds), fmt::format("{:.1f} %", 100 * seconds.get<double>() / all)});
  }
  table.rule();
  table.row({"a step", milliseconds(all), "100.0 %"});
  return table.text();
}

std::string op_table(const Json& measured) {
  TextTable table;
  table.row({"op", "times", "forward ms", "backward ms", "share"});
  const double all = measured["seconds_per_step"];
  for (const Json& op : measured["ops"]) {
    const double forward = op["forward_seconds"], backward = op["backward_seconds"];
    table.row({op["op"], grouped(op["count"]), milliseconds(forward), milliseconds(backward),
               fmt::format("{:.1f} %", 100 * (forward + backward) / all)});
  }
  return table.text();
}

}  // namespace

std::string step_text(const Json& measured) {
  const auto text = [&](const char* key) { return measured[key].get<std::string>(); };
  const auto count = [&](const char* key) { return grouped(measured[key]); };
  const auto number = [&](const char* key) { return measured[key].get<double>(); };
  std::string result = fmt::format(
      "{}: {} parameters; {} sequences of {} tokens{}; {} threads, {}, {} products, {} kernels\n\n",
      text("model"), count("parameters"), count("batch"), count("seq"),
      measured["mean_length"] == measured["seq"]
          ? ""
          : fmt::format(" at most, {} on average", count("mean_length")),
      count("threads"),
      text("precision"), text("gemm"), text("isa"));
  result += phase_table(measured) + "\n" + op_table(measured);
  result += fmt::format(
      "\n{:.0f} tokens/s; loss {:.4f}; memory {:.1f} MiB, of which tensors {:.1f} MiB; {} system "
      "allocations in a step\n",
      number("tokens_per_s"), number("loss"), number("peak_rss_mib"), number("tensor_peak_mib"),
      count("system_allocations_per_step"));
  return result;
}

}  // namespace reprise
