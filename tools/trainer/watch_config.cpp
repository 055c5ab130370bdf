#include "tools/trainer/watch_config.h"

namespace reprise {

void WatchConfig::fields(Fields& f) {
  f("policy", policy, "what is done about trouble: off, warn (only says so), stop, or rollback: back to the "
    "last checkpoint, with a lower rate from there").one_of({"off", "warn", "stop", "rollback"});
  f("rate_factor", rate_factor, "what each rollback multiplies the learning rate by").above(0).at_most(1);
  f("most_rollbacks", most_rollbacks, "the run stops when it would need more").at_least(1);
}

}  // namespace reprise
