#include "tools/trainer/trainer.h"

#include <cmath>
#include <filesystem>
#include <utility>

#include "core/commit_directory.h"
#include "core/kernels.h"
#include "core/parallel.h"
#include "core/timing.h"
#include "optim/clip.h"
#include "tools/trainer/best_weights.h"
#include "tools/trainer/ledger.h"
#include "tools/trainer/machine.h"
#include "tools/trainer/model_card.h"
#include "tools/trainer/quantity.h"
#include "tools/trainer/stop_signals.h"

namespace reprise {

namespace {

constexpr int64_t kMostNonfiniteInRow = 3;
constexpr int kMostFailedSaves = 3;

std::optional<double> chance(const Dataset& dataset) {
  const auto* tokens = dynamic_cast<const TokenDataset*>(&dataset);
  if (tokens == nullptr || !(tokens->baseline().unigram_loss > 0)) return std::nullopt;
  return tokens->baseline().unigram_loss;
}

bool is_inside(const std::string& path, const std::string& folder) {
  return std::filesystem::canonical(path).parent_path() == std::filesystem::canonical(folder);
}

}  // namespace

Trainer::Trainer(Session& session, const RunDirectory& run, const Json& resolved_config,
                 Console& console)
    : session_(session),
      run_(run),
      config_(resolved_config),
      config_hash_(config_hash(resolved_config)),
      console_(console),
      diagnostics_(session.config().diagnostics, session.collector()),
      watch_(session.config(), chance(session.dataset())) {}

Trained Trainer::trained_at(int64_t step) {
  session_.follow_sharing_schedule(step);
  return {session_.parameters(), session_.optimizer(), session_.carried()};
}

std::optional<LoadedCheckpoint> Trainer::load_newest() {
  return load_newest_checkpoint(run_.checkpoints(), config_hash_,
                                [&](int64_t step) { return trained_at(step); },
                                [&](const std::string& sentence) { console_.warn(sentence); });
}

void Trainer::take_state(const LoadedCheckpoint& loaded) {
  state_ = loaded.state;
  checkpointed_best_ = state_.best_step;
  watch_.restore(state_.watch);
}

bool Trainer::resume(const std::string& checkpoint) {
  std::optional<LoadedCheckpoint> loaded;
  if (checkpoint.empty()) {
    loaded = load_newest();
  } else {
    loaded = load_checkpoint(checkpoint, config_hash_, [&](int64_t step) { return trained_at(step); });
    // Otherwise of another run's file.
    if (!is_inside(checkpoint, run_.checkpoints())) loaded->state.metrics_bytes = 0;
  }
  if (!loaded) return false;
  take_state(*loaded);
  if (!has_best(run_.best(), state_.best_step)) forget_best("isn't in this run's folder");
  const NumericIdentity now = numeric_identity(session_.precision());
  if (now.gemm != loaded->identity.gemm || now.isa != loaded->identity.isa) {
    console_.warn(fmt::format(
        "the checkpoint was computed with {} and {} kernels, this run uses {} and {}: the last digits "
        "will differ from those of an undisturbed run", loaded->identity.gemm, loaded->identity.isa,
        now.gemm, now.isa));
  }
  console_.say(fmt::format("going on from {}, step {}", loaded->path, state_.step));
  return true;
}

ExitCode Trainer::run() {
  const StopSignals signals;
  const TrainingConfig& training = session_.config().training;
  metrics_ = AppendedFile(run_.file("metrics.jsonl"), state_.metrics_bytes);
  const int64_t end = training.steps.value_or(int64_t{1} << 40);
  std::optional<Prefetch> prefetch;
  const auto fetch_from_here = [&] {
    prefetch.emplace([&](int64_t number) { return session_.micro_batch(number); },
                     session_.first_micro_batch(state_.step), session_.first_micro_batch(end));
  };
  fetch_from_here();

  bool first = true;
  while (true) {
    const bool changed = follow_sharing_schedule();
    // A rollback needs something to go back to, under the same plan.
    if (rolls_back() && (first || changed)) save();
    Verdict verdict = evaluation_due() ? evaluate() : Verdict::go_on;
    if (StopSignals::requested()) return stop();
    if (verdict == Verdict::go_on) {
      if (finished()) break;
      if (due(training.checkpoint_every) && !first) save();
      verdict = make_step(next_batches(*prefetch), std::exchange(first, false));
    }
    if (verdict == Verdict::end) return end_;
    if (verdict == Verdict::again) fetch_from_here();
  }
  if (!weights_are_finite()) return refuse_weights();
  take_best();
  test();
  if (StopSignals::requested()) return stop();
  write_final();
  return ExitCode::ok;
}

Trainer::Verdict Trainer::make_step(const std::vector<Batch>& batches, bool first) {
  Stopwatch clock;
  const bool diagnosed = diagnostics_.due(state_.step);
  if (diagnosed) diagnostics_.measure(session_, state_.step, batches);
  const StepResult result = session_.compute_gradients(state_.step, batches, StopSignals::requested);
  if (result.interrupted) return end(stop());
  if (first) report_unused();
  if (watched()) {
    std::optional<Alarm> alarm = watch_.see_step(state_.step, result, session_.parameters());
    if (!alarm && diagnosed) alarm = watch_.see_uses(state_.step, diagnostics_.uses());
    if (alarm) name_use(*alarm, batches);
    const Verdict verdict = act_on(alarm);
    if (verdict != Verdict::go_on) return verdict;
  }
  const double rate = learning_rate();
  apply(result, rate);
  const double seconds = clock.lap();
  state_.seconds += seconds;
  state_.joules += energy_.lap().value_or(0);
  log_step(result, rate, seconds);
  if (diagnosed) metrics_.line(dump_json_line(diagnostics_.finish(state_.step, session_.optimizer())));
  ++state_.step;
  if (state_.nonfinite_in_row >= kMostNonfiniteInRow) return end(give_up());
  return watched() ? act_on(watch_.see_weights(state_.step - 1, session_.parameters())) : Verdict::go_on;
}

bool Trainer::evaluation_due() const {
  return state_.evaluated != state_.step &&
         (finished() || (state_.step > 0 && due(*session_.config().training.eval_every)));
}

bool Trainer::out_of_patience() const {
  const std::optional<int64_t>& patience = session_.config().training.patience;
  return patience && state_.without_better >= *patience;
}

bool Trainer::finished() const {
  if (out_of_patience()) return true;
  const TrainingConfig& training = session_.config().training;
  if (training.steps) return state_.step >= *training.steps;
  return state_.seconds >= 60 * *training.minutes;
}

std::vector<Batch> Trainer::next_batches(Prefetch& prefetch) const {
  std::vector<Batch> batches;
  for (int64_t i = 0; i < session_.config().training.accumulate; ++i) {
    batches.push_back(prefetch.next());
  }
  return batches;
}

// With a time instead of a number of steps, the number is estimated anew from the pace so far.
double Trainer::learning_rate() const {
  const RunConfig& config = session_.config();
  int64_t total = config.training.steps.value_or(0);
  if (!config.training.steps) {
    const double share = state_.seconds / (60 * *config.training.minutes);
    const double estimate = share > 0 ? static_cast<double>(state_.step) / share : 1e6;
    total = std::max(state_.step + 1, static_cast<int64_t>(std::llround(estimate)));
  }
  return state_.rate_scale * reprise::learning_rate(config.schedule, config.optimizer.learning_rate,
                                                    state_.step, total);
}

// A step whose loss or gradient isn't finite is never applied.
void Trainer::apply(const StepResult& result, double rate) {
  if (!result.finite) {
    ++state_.nonfinite_steps;
    ++state_.nonfinite_in_row;
    console_.warn(fmt::format("step {}: loss {}, gradient norm {}: skipped", state_.step, result.loss,
                              result.gradient_norm));
    return;
  }
  state_.nonfinite_in_row = 0;
  session_.optimizer().step(
      rate, clip_factor(result.gradient_norm, session_.config().training.clip_norm));
}

void Trainer::log_step(const StepResult& result, double rate, double seconds) {
  Json line = {{"step", state_.step}, {"loss", number_or_null(result.loss)}};
  for (const auto& [name, value] : result.parts) line[name] = number_or_null(value);
  line["gradient_norm"] = number_or_null(result.gradient_norm);
  line["learning_rate"] = rate;
  line["tokens"] = result.tokens;
  if (!result.finite) line["skipped"] = "not finite";
  line["seconds"] = seconds;
  metrics_.line(dump_json_line(line));

  const TrainingConfig& training = session_.config().training;
  const double pace = state_.seconds / static_cast<double>(state_.step + 1);
  const double left = training.steps
                          ? pace * static_cast<double>(*training.steps - state_.step - 1)
                          : std::max(0.0, 60 * *training.minutes - state_.seconds);
  const std::string of = training.steps ? fmt::format("/{}", *training.steps) : "";
  std::string text = fmt::format("step {}{}  loss {:.4f}", state_.step + 1, of, result.loss);
  for (const auto& [name, value] : result.parts) text += fmt::format("  {} {:.4f}", name, value);
  text += fmt::format("  norm {:.2f}  rate {:.2e}  {:.0f} {}/s  {} left", result.gradient_norm,
                      rate, static_cast<double>(result.tokens) / seconds, session_.task().unit(),
                      short_duration(left));
  console_.progress(text, state_.step == 0 || (state_.step + 1) % training.log_every == 0);
}

namespace {

Json to_json(const NamedNumbers& scores) {
  Json json = Json::object();
  for (const auto& [name, value] : scores) json[name] = number_or_null(value);
  return json;
}

}  // namespace

void Trainer::test() {
  const NamedNumbers scores = session_.task().test(StopSignals::requested);
  if (scores.empty() || StopSignals::requested()) return;
  metrics_.line(dump_json_line({{"step", state_.step}, {"test", to_json(scores)}}));
  console_.say(fmt::format("test: {}", session_.task().in_words(scores)));
}

Trainer::Verdict Trainer::evaluate() {
  const NamedNumbers scores = session_.task().evaluate(StopSignals::requested);
  if (StopSignals::requested()) return Verdict::go_on;  // incomplete: done again when the run goes on
  state_.evaluated = state_.step;
  Json eval = to_json(scores);
  if (session_.dataset().evaluates_on_training_data()) eval["on_training_data"] = true;
  metrics_.line(dump_json_line({{"step", state_.step}, {"eval", eval}}));

  console_.say(fmt::format("{} after {} steps: {}",
                           session_.dataset().evaluates_on_training_data() ? "training data" : "held out",
                           state_.step, session_.task().in_words(scores)));
  note_score(scores);
  return watched() ? act_on(watch_.see_scores(state_.step, scores)) : Verdict::go_on;
}

void Trainer::save() {
  follow_sharing_schedule();
  if (!weights_are_finite()) {
    console_.warn(fmt::format("the weights at step {} are not finite: not saved", state_.step));
    return;
  }
  state_.metrics_bytes = metrics_.bytes();
  state_.watch = watch_.state();
  try {
    save_checkpoint(run_.checkpoints(), config_hash_, numeric_identity(session_.precision()), state_,
                    trained_at(state_.step), static_cast<int>(session_.config().training.keep_checkpoints));
    failed_saves_ = 0;
    checkpointed_best_ = state_.best_step;
  } catch (const Error& error) {
    if (++failed_saves_ >= kMostFailedSaves) throw;
    console_.warn(fmt::format("the checkpoint at step {} could not be saved: {}. The one before is "
                              "kept, and training goes on", state_.step, error.what()));
  }
}

// What was the best, or usual, was so under the plan before.
bool Trainer::follow_sharing_schedule() {
  if (!session_.follow_sharing_schedule(state_.step)) return false;
  report_sharing();
  forget_best("is of the plan before");
  watch_.start_over();
  return true;
}

void Trainer::report_sharing() {
  const EncoderConfig& encoder = session_.config().model.encoder;
  const int64_t parameters = make_ledger(encoder).stored();
  console_.say(fmt::format("sharing from step {}: {} parameters stored\n{}", state_.step,
                           grouped(parameters), encoder.sharing_picture()));
  metrics_.line(dump_json_line({{"step", state_.step},
                                {"sharing", {{"plan", encoder.sharing_picture()},
                                             {"parameters", parameters}}}}));
}

void Trainer::report_unused() {
  for (const std::string& name : session_.check_coverage()) {
    console_.warn(fmt::format("parameter {} is not used by this task and stays as it is", name));
  }
}

ExitCode Trainer::give_up() {
  console_.say(fmt::format(
      "stopped: losses or gradients were not finite in {} steps in a row, up to step {}. Nothing of "
      "them was applied. Try a lower learning_rate or a longer warm-up; checkpoints are in {}",
      state_.nonfinite_in_row, state_.step - 1, run_.checkpoints()));
  return ExitCode::diverged;
}

// An update by finite gradients can still leave the range of float. What is lost then stays lost: the
// next losses are NaN.
bool Trainer::weights_are_finite() const {
  for (const ParameterPtr& parameter : session_.parameters()) {
    if (!kernels::all_finite(parameter->numel(), parameter->value().data())) return false;
  }
  return true;
}

ExitCode Trainer::refuse_weights() {
  console_.say(fmt::format(
      "stopped: the weights after {} steps are not finite, and were not saved. Try a lower "
      "learning_rate or a longer warm-up; checkpoints are in {}", state_.step, run_.checkpoints()));
  return ExitCode::diverged;
}

void Trainer::save_for_good() {
  failed_saves_ = kMostFailedSaves;
  save();
}

ExitCode Trainer::stop() {
  if (!weights_are_finite()) return refuse_weights();
  save_for_good();
  console_.say(fmt::format("stopped and saved at step {}; the same command goes on from there",
                           state_.step));
  return StopSignals::exit_code();
}

void Trainer::write_final() {
  DirectoryCommit commit(run_.path(), "final");
  session_.task().write_model(session_.collector(), [&](const auto& name, const auto& fill) {
    commit.add(name, fill);
  });
  for (const auto& entry : std::filesystem::directory_iterator(run_.tokenizer())) {
    commit.add(entry.path().filename().string(), read_file(entry.path().string()));
  }
  commit.add("README.md", card());
  commit.commit();
  console_.say(fmt::format("trained {} steps in {}", state_.step, short_duration(state_.seconds)));
  for (const std::string& line : session_.task().showcase()) console_.say(line);
}

std::string Trainer::card() const {
  const std::string metrics = run_.file("metrics.jsonl");
  TrainedFacts facts{.name = std::filesystem::path(run_.path()).lexically_normal().filename().string(),
                     .steps = state_.step,
                     .best_step = state_.best_score ? std::optional(state_.best_step) : std::nullopt,
                     .seconds = state_.seconds,
                     .joules = state_.joules > 0 ? std::optional(state_.joules) : std::nullopt,
                     .processor = processor_name(),
                     .threads = threads(),
                     .peak_bytes = peak_memory(),
                     .eval = last_scores(metrics, "eval", state_.best_score ? state_.best_step : state_.step),
                     .test = last_scores(metrics, "test", state_.step),
                     .started_anew = session_.started_anew(),
                     .settings = config_};
  return model_card(session_.config(), facts);
}

}  // namespace reprise
