// The watch: names trouble while it grows, from numbers that a step has anyway.
//
//   kind               what is seen                                                when
//   bad_start          a first loss far above guessing by frequency                the first step
//   not_finite         a loss or gradient that isn't finite                        at once
//   gradient_norm      a norm far above what it has been                           2 steps, or 1 if extreme
//   loss_spike         a loss far above what it has been                           2 steps
//   growing_weights    a matrix of three times the size of 20 to 39 steps ago      at once
//   uses_in_conflict   contributions of a weight's uses that cancel (diagnostics)  3 looks
//   stuck_at_unigram   held-out loss that stays at that of word frequencies        500 steps
//   constant_output    an output that is the same whatever the input               2 evaluations
//
// "What it has been" is a running mean and mean deviation. The bounds are chosen so that healthy runs are left
// in peace (tests/tools/watch_runs_test.cpp); a kind that has spoken is silent for kQuiet steps.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/json.h"
#include "tools/trainer/run_config.h"
#include "tools/trainer/session.h"

namespace reprise {

struct Alarm {
  std::string kind;
  std::string sentence;    // what is seen
  std::string advice;      // what helps
  std::string weight_set;  // the part that it shows in most; empty when it isn't one's
  std::optional<int> use = {};  // of that part, from 0
};

// Mean and mean deviation, newer numbers weighing more.
struct Running {
  double mean = 0, deviation = 0;
  int64_t count = 0;

  void add(double x);
  double above(double x) const { return x - mean; }
};

class Watch {
 public:
  // Silence after an alarm, in steps. Until so many steps are known, nothing is held against the past.
  static constexpr int64_t kQuiet = 50;
  static constexpr int64_t kKnown = 10;

  // chance: the loss of masked words by their frequencies alone, if there are any.
  Watch(const RunConfig& config, std::optional<double> chance) : config_(config), chance_(chance) {}

  // Each of these gives the alarm that is due, if any; `step` is the number of the step that it is about.
  // What a step's passes came to, before its update.
  std::optional<Alarm> see_step(int64_t step, const StepResult& result,
                                const std::vector<ParameterPtr>& parameters);
  // What the update made of the matrices. Vectors start at zero or one, and may well grow by their size.
  std::optional<Alarm> see_weights(int64_t step, const std::vector<ParameterPtr>& parameters);
  std::optional<Alarm> see_scores(int64_t step, const NamedNumbers& scores);
  std::optional<Alarm> see_uses(int64_t step, const Json& uses);  // of UseDiagnostics

  // Forgets what has been: the sharing plan has changed, and the numbers with it.
  void start_over();

  // What a checkpoint keeps.
  Json state() const;
  void restore(const Json& state);

 private:
  std::optional<Alarm> raise(int64_t step, Alarm alarm);
  // Counts how often in a row a sign was there; true from the `enough`th time on.
  bool persists(const std::string& sign, bool there, int64_t enough);
  std::string rate_advice() const;

  const RunConfig& config_;
  std::optional<double> chance_;
  Running loss_, norm_;                  // the norm's logarithm
  std::map<std::string, Running> sets_;  // the same of each part's gradient
  std::map<std::string, int64_t> in_row_;
  std::map<std::string, int64_t> spoken_;  // by kind: at which step
  std::optional<int64_t> near_unigram_since_;  // an evaluation
  std::map<std::string, double> sizes_, older_sizes_;  // of each matrix, at the last steps that 20 divides
};

}  // namespace reprise
