// What the training loop does about its best evaluation.
#include <cmath>

#include "tools/trainer/best_weights.h"
#include "tools/trainer/trainer.h"

namespace reprise {

// The best evaluation so far leaves its weights.
void Trainer::note_score(const NamedNumbers& scores) {
  const std::optional<std::string>& name = session_.config().training.keep_best;
  if (!name) return;
  const double score = score_named(scores, *name);
  // Never NaN.
  const double limit = smaller_is_better(*name) ? HUGE_VAL : -HUGE_VAL, best = state_.best_score.value_or(limit);
  const bool better = smaller_is_better(*name) ? score < best : score > best;
  if (!better) {
    ++state_.without_better;
    if (out_of_patience()) {
      console_.say(fmt::format("no better {} in {} evaluations: training ends", *name, state_.without_better));
    }
    return;
  }
  if (!weights_are_finite()) return;
  state_.best_score = score;
  state_.best_step = state_.step;
  state_.without_better = 0;
  save_best(run_.best(), state_.step, session_.parameters(), checkpointed_best_);
}

void Trainer::forget_best(const std::string& why) {
  if (!state_.best_score) return;
  console_.say(fmt::format("the model of step {}, the best so far, {}: the best is chosen from here on",
                           state_.best_step, why));
  state_.best_score.reset();
  state_.best_step = 0;
  state_.without_better = 0;
}

void Trainer::take_best() {
  if (!state_.best_score || state_.best_step == state_.step) return;
  load_best(run_.best(), state_.best_step, session_.parameters());
  console_.say(fmt::format("the result is the model of step {}, with the best {}", state_.best_step,
                           *session_.config().training.keep_best));
}

}  // namespace reprise
