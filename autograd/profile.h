// Profile: what each op takes, forward and backward, as the tape sees it go by.
//
// There is one clock, and every event charges the time since the event before it: a node's
// appearance to its op's forward, the end of a closure to its op's backward. So no time is counted
// twice, also where a recomputed segment runs ops inside another's closure. What leaves no node (an
// op on constants) is charged to the next op that does. Not thread-safe, like the tape.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/timing.h"

namespace reprise {

class Profile {
 public:
  struct Op {
    std::string name;
    int64_t count = 0;  // of nodes; a recomputed one is there twice
    double forward_seconds = 0;
    double backward_seconds = 0;
    double seconds() const { return forward_seconds + backward_seconds; }
  };

  // The time until now is nobody's.
  void skip() { watch_.lap(); }
  void forward_done(std::string_view op);
  void backward_done(std::string_view op);

  // The ops so far, the most expensive first.
  std::vector<Op> ops() const;
  void clear() { ops_.clear(); }

 private:
  Op& find(std::string_view op);

  std::vector<Op> ops_;  // some twenty: a search through them is shorter than a hash
  Stopwatch watch_;
};

}  // namespace reprise
