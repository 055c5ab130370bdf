// The training loop.
#pragma once

#include <string>
#include <vector>

#include "core/error.h"
#include "data/prefetch.h"
#include "tools/trainer/checkpoint.h"
#include "tools/trainer/console.h"
#include "tools/trainer/energy.h"
#include "tools/trainer/run_directory.h"
#include "tools/trainer/session.h"
#include "tools/trainer/use_diagnostics.h"
#include "tools/trainer/watch.h"

namespace reprise {

class Trainer {
 public:
  Trainer(Session& session, const RunDirectory& run, const Json& resolved_config, Console& console);

  // Goes on from the newest checkpoint, or from `checkpoint` when it isn't empty. False when there is
  // none.
  bool resume(const std::string& checkpoint);

  // Trains to the end, evaluates, and writes the model. Returns ok, interrupted or terminated (stopped,
  // saved), or diverged.
  ExitCode run();

 private:
  // What follows from a look at the run: the step is made, there are other weights to go on from, or the
  // run ends.
  enum class Verdict : uint8_t { go_on, again, end };

  Trained trained_at(int64_t step);
  void take_state(const LoadedCheckpoint& loaded);
  bool follow_sharing_schedule();
  bool finished() const;
  bool out_of_patience() const;
  bool evaluation_due() const;
  std::vector<Batch> next_batches(Prefetch& prefetch) const;
  double learning_rate() const;
  void apply(const StepResult& result, double rate);
  void log_step(const StepResult& result, double rate, double seconds);
  Verdict make_step(const std::vector<Batch>& batches, bool first);
  Verdict end(ExitCode code) {
    end_ = code;
    return Verdict::end;
  }
  Verdict evaluate();
  void test();
  std::optional<LoadedCheckpoint> load_newest();
  void save();           // throws only after several failures in a row; never broken weights
  void save_for_good();  // the last save, which has no next try: throws when it fails
  void report_sharing();
  void report_unused();
  ExitCode stop();     // saves; for a signal
  ExitCode give_up();  // of numbers that aren't finite
  bool weights_are_finite() const;
  ExitCode refuse_weights();  // which aren't
  void write_final();
  std::string card() const;
  bool due(int64_t every) const { return every > 0 && state_.step % every == 0; }

  // In trainer_best.cpp.
  void note_score(const NamedNumbers& scores);
  void forget_best(const std::string& why);
  void take_best();

  // In trainer_watch.cpp.
  bool watched() const { return session_.config().watch.policy != "off"; }
  bool rolls_back() const { return session_.config().watch.policy == "rollback"; }
  Verdict act_on(const std::optional<Alarm>& alarm);
  void name_use(Alarm& alarm, const std::vector<Batch>& batches);
  Verdict roll_back();
  ExitCode stop_watched();  // saves

  Session& session_;
  const RunDirectory& run_;
  const Json config_;  // the recipe with all defaults, as it was before the data were known
  const std::string config_hash_;
  Console& console_;
  AppendedFile metrics_;
  UseDiagnostics diagnostics_;
  Watch watch_;
  EnergyMeter energy_;
  TrainingState state_;
  int64_t checkpointed_best_ = 0;  // the newest checkpoint's best_step
  int failed_saves_ = 0;
  ExitCode end_ = ExitCode::ok;  // what run() returns after Verdict::end
};

}  // namespace reprise
