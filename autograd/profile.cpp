#include "autograd/profile.h"

#include <algorithm>

namespace reprise {

Profile::Op& Profile::find(std::string_view op) {
  const auto found = std::ranges::find(ops_, op, &Op::name);
  return found == ops_.end() ? ops_.emplace_back(Op{.name = std::string(op)}) : *found;
}

void Profile::forward_done(std::string_view op) {
  const double seconds = watch_.lap();
  Op& known = find(op);
  known.forward_seconds += seconds;
  ++known.count;
}

void Profile::backward_done(std::string_view op) {
  const double seconds = watch_.lap();
  find(op).backward_seconds += seconds;
}

std::vector<Profile::Op> Profile::ops() const {
  std::vector<Op> sorted = ops_;
  std::ranges::stable_sort(sorted, std::ranges::greater{}, &Op::seconds);
  return sorted;
}

}  // namespace reprise
