// What the training loop does about the watch's alarms.
#include <limits>

#include "tools/trainer/gradient_tree.h"
#include "tools/trainer/trainer.h"

namespace reprise {

// The use of the part that wants most. The step's gradients stay as they are.
void Trainer::name_use(Alarm& alarm, const std::vector<Batch>& batches) {
  if (alarm.weight_set.empty() || alarm.use) return;
  GradientTree kept(session_.parameters());
  kept.add();
  UseDiagnostics uses({.every = 1, .parameters = {alarm.weight_set}}, session_.collector());
  uses.measure(session_, state_.step, batches);
  session_.optimizer().clear_gradients();
  kept.finish();
  for (const auto& [name, report] : uses.uses().items()) {
    const Json& norms = report.at("norm");
    double most = -1;
    for (size_t u = 0; u < norms.size() && norms.size() > 1; ++u) {
      const double norm = norms[u].is_number() ? norms[u].get<double>() : std::numeric_limits<double>::infinity();
      if (norm > most) most = norm, alarm.use = static_cast<int>(u);
    }
  }
}

Trainer::Verdict Trainer::act_on(const std::optional<Alarm>& alarm) {
  if (!alarm) return Verdict::go_on;
  const std::string& policy = session_.config().watch.policy;
  std::string where;
  if (!alarm->weight_set.empty()) where = ", most of all in " + alarm->weight_set;
  if (alarm->use) where += fmt::format(" (use {} of it, counted from 0)", *alarm->use);
  console_.warn(fmt::format("step {}: {}: {}{}. {}", state_.step, alarm->kind, alarm->sentence, where,
                            alarm->advice));
  Json seen = {{"kind", alarm->kind},         {"weight_set", nullptr},     {"use", nullptr},
               {"sentence", alarm->sentence}, {"advice", alarm->advice}, {"policy", policy}};
  if (!alarm->weight_set.empty()) seen["weight_set"] = alarm->weight_set;
  if (alarm->use) seen["use"] = *alarm->use;
  metrics_.line(dump_json_line({{"step", state_.step}, {"watch", seen}}));
  if (policy == "rollback") return roll_back();
  return policy == "stop" ? end(stop_watched()) : Verdict::go_on;
}

// The checkpoint is written anew: a run that is killed later must not forget the lower rate.
Trainer::Verdict Trainer::roll_back() {
  const WatchConfig& config = session_.config().watch;
  const TrainingState until = state_;
  if (until.rollbacks >= config.most_rollbacks) {
    console_.say(fmt::format("{} {} not enough", until.rollbacks,
                             until.rollbacks == 1 ? "rollback was" : "rollbacks were"));
    return end(stop_watched());
  }
  const std::optional<LoadedCheckpoint> loaded = load_newest();
  if (!loaded) return end(stop_watched());  // the disk was full
  take_state(*loaded);
  state_.seconds = until.seconds;
  state_.rollbacks = until.rollbacks + 1;
  state_.rate_scale = until.rate_scale * config.rate_factor;
  // Where the plan changes, the newest checkpoint is of this step: evaluated again, it would alarm again.
  if (state_.step == until.step) state_.evaluated = until.evaluated;
  save();
  console_.say(fmt::format("back to step {}, with {:.3g} times the learning rate from there", state_.step,
                           state_.rate_scale));
  return Verdict::again;
}

ExitCode Trainer::stop_watched() {
  if (!weights_are_finite()) return refuse_weights();
  save_for_good();
  console_.say(fmt::format("stopped by the watch at step {}, and saved. Start anew with another "
                           "configuration and --output, or go on with the same command", state_.step));
  return ExitCode::diverged;
}

}  // namespace reprise
