#include "tools/trainer/announcement.h"

#include <algorithm>

#include "autograd/ops/operands.h"
#include "core/error.h"
#include "core/kernels/isa.h"
#include "core/parallel.h"
#include "core/timing.h"
#include "tools/trainer/ledger.h"
#include "tools/trainer/machine.h"
#include "tools/trainer/memory_estimate.h"
#include "tools/trainer/model_config_file.h"
#include "tools/trainer/quantity.h"

namespace reprise {

namespace {

std::string memory_line(const MemoryEstimate& memory) {
  return fmt::format("memory: about {}: weights {}, packed {}, gradients {}, moments {}, activations {}, program {}",
                     byte_size(memory.total()), byte_size(memory.weights), byte_size(memory.packed),
                     byte_size(memory.gradients), byte_size(memory.optimizer),
                     byte_size(memory.activations), byte_size(memory.program));
}

// Multiply-adds a second of a product like those of a layer, on all threads. Many rows show what the machine
// can do; where products are slow, as under a sanitizer, few of them tell enough, in a reasonable time.
double measured_speed(Precision precision) {
  constexpr int64_t kFewRows = 64, kManyRows = 4096, kWidth = 512;
  constexpr double kEnoughSeconds = 0.05;
  const Operand a = operand(Tensor::full({kManyRows, kWidth}, 0.5), precision);
  const Operand b = operand(Tensor::full({kWidth, kWidth}, 0.5), precision);
  const Tensor c = Tensor::empty({kManyRows, kWidth});
  double best = 0, spent = 0;
  for (int64_t rows = kFewRows; spent < kEnoughSeconds; rows = std::min(2 * rows, kManyRows)) {
    Stopwatch watch;
    product(rows, kWidth, kWidth, a, transposed(b), 0, c.data(), kWidth);
    const double seconds = watch.lap();
    spent += seconds;
    best = std::max(best, static_cast<double>(rows * kWidth * kWidth) / seconds);
  }
  return best;
}

// Backward does twice the products of forward, and what isn't a product takes about half as long again.
std::string time_line(const RunConfig& config, int64_t multiply_adds, int64_t sequences) {
  constexpr double kPasses = 3, kBesideProducts = 1.5;
  const TrainingConfig& training = config.training;
  const Precision precision = precision_named(training.precision);
  const std::string tool =
      fmt::format("{} threads, {} products in {}, {} kernels", threads(), to_string(gemm_backend()),
                  to_string(precision), kernels::to_string(kernels::isa()));
  if (!training.steps) return fmt::format("time: {} minutes, as asked; {}", *training.minutes, tool);
  const double step = kPasses * kBesideProducts * static_cast<double>(multiply_adds) *
                      static_cast<double>(sequences * training.accumulate) / measured_speed(precision);
  return fmt::format("time: about {} for {} steps of {} sequences, evaluations apart; {}",
                     short_duration(step * static_cast<double>(*training.steps)), *training.steps,
                     sequences * training.accumulate, tool);
}

void say_sharing(const EncoderConfig& encoder, const std::string& from, Console& console) {
  std::string plan = encoder.sharing_picture();
  for (size_t at = 0; (at = plan.find('\n', at)) != std::string::npos; at += 10) {
    plan.replace(at, 1, "\n         ");
  }
  console.say("sharing" + from + ": " + plan);
}

}  // namespace

void refuse_what_does_not_fit(const RunConfig& config) {
  MemoryEstimate memory;
  for (const EncoderConfig& encoder : scheduled_encoders(config.model.encoder, config.sharing_schedule)) {
    RunConfig part = config;
    part.model.encoder = encoder;
    const MemoryEstimate estimate = estimate_memory(part);
    if (estimate.total() > memory.total()) memory = estimate;
  }
  const int64_t available = available_memory();
  if (memory.total() <= available) return;
  throw Error(ExitCode::out_of_memory,
              "this run does not fit: {} are free here; it needs, as estimated, {}. Less is needed "
              "with a smaller training.batch_size (and a larger training.accumulate), a smaller "
              "data.max_length, or model.recompute=true; reprise inspect shows what takes how much",
              byte_size(available), memory_line(memory).substr(sizeof "memory: " - 1));
}

void announce(const Session& session, Console& console) {
  const RunConfig& config = session.config();
  const Workload work = workload_of(config);
  const Ledger ledger = make_ledger(config.model, work);
  console.say(fmt::format("model: {}, {} parameters stored, {} if every use had its own",
                          config.model.type, grouped(ledger.stored()),
                          grouped(ledger.unshared())));
  if (const EncoderConfig* encoder = config.model.any_encoder()) say_sharing(*encoder, "", console);
  const auto encoders = scheduled_encoders(config.model.encoder, config.sharing_schedule);
  for (size_t i = 1; i < encoders.size(); ++i) {
    say_sharing(encoders[i], fmt::format(" from step {}", config.sharing_schedule[i - 1].step), console);
  }
  console.say("data: " + session.dataset().description());
  console.say(memory_line(estimate_memory(config)));
  console.say(time_line(config, ledger.multiply_adds(), session.dataset().sequences_per_batch()));
  for (const std::string& warning : session.dataset().warnings()) console.warn(warning);
  const int64_t warmup = config.schedule.warmup_steps, steps = config.training.steps.value_or(warmup + 1);
  if (warmup > steps) {
    console.warn(fmt::format("the warm-up of {} steps is longer than the run of {}: its rate never gets to {:g}; see "
                             "schedule.warmup_steps", warmup, steps, config.optimizer.learning_rate));
  }
  if (!session.started_anew().empty()) {
    console.warn(fmt::format("not in the pretrained model, and random at first: {}",
                             fmt::join(session.started_anew(), ", ")));
  }
  const EncoderConfig* encoder = encoders.size() > 1 ? &encoders.back() : config.model.any_encoder();
  if (const auto reason = encoder ? beyond_transformers(*encoder) : std::nullopt) {
    console.warn(fmt::format("the trained model will be in a format of our own, which Transformers "
                             "can't load, because {}", *reason));
  }
}

}  // namespace reprise
