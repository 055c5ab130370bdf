// Collector: how a model names its Parameters. The only registration there is.
//
// A model walks its layers and adds each Parameter under the path that leads to it. A Parameter met
// again, because it is shared, is not added again: its first path is its name, further ones become
// aliases. So a shared matrix is counted, stored and stepped once.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "autograd/parameter.h"

namespace reprise {

// How a Parameter starts (see initializers.h).
enum class Start : uint8_t { zeros, ones, random };

class Collector {
 public:
  // One path per part of the Parameter. Throws UsageError when a path is taken by another Parameter.
  void add(const ParameterPtr& parameter, Start start, const std::vector<std::string>& paths);

  const std::vector<ParameterPtr>& parameters() const { return parameters_; }
  Start start(const Parameter& parameter) const { return starts_.at(&parameter); }

 private:
  std::vector<ParameterPtr> parameters_;
  std::unordered_map<const Parameter*, Start> starts_;
  std::unordered_map<std::string, const Parameter*> paths_;
};

}  // namespace reprise
