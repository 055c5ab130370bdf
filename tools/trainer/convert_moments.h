// An optimizer's moments under another sharing plan.
//
// The gradient of a shared weight is the sum over its U uses. Of a use we know no more than its share, so on
// untying a first moment m becomes m / U for each, and a second moment v becomes v / U²; on tying they become
// Σ m and (Σ √v)². Weights then go on with updates of the size that they had: Adam divides m by √v.
#pragma once

#include <string>
#include <vector>

#include "optim/optimizer.h"
#include "tools/trainer/convert_sharing.h"

namespace reprise {

enum class MomentsBecome : uint8_t {
  rescaled,  // as above
  reset,     // all of them start anew, as in a new optimizer
  copied     // as they are; of several that become one, their mean
};
std::vector<std::string> moments_become_names();
MomentsBecome moments_become_named(const std::string& name);  // throws UsageError for others

// Fills the moments of `to`, which optimizes the model that `origins` tells of, with those of `from`, an
// optimizer of the same type. What has no origin starts at zero.
void convert_moments(const std::vector<Origin>& origins, const Optimizer& from, Optimizer& to,
                     MomentsBecome become);

}  // namespace reprise
