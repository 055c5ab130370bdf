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

// How a Parameter starts (see initializers.h): `random` as the model's config says, `uniform` within
// ± a range of its own.
enum class Start : uint8_t { zeros, ones, random, uniform };

class Collector {
 public:
  // One path per part of the Parameter; `range` is that of Start::uniform. Throws UsageError when a
  // path is taken by another Parameter.
  void add(const ParameterPtr& parameter, Start start, const std::vector<std::string>& paths,
           double range = 0);

  const std::vector<ParameterPtr>& parameters() const { return parameters_; }
  Start start(const Parameter& parameter) const { return starts_.at(&parameter).kind; }
  double range(const Parameter& parameter) const { return starts_.at(&parameter).range; }

 private:
  struct Started {
    Start kind;
    double range;
  };

  std::vector<ParameterPtr> parameters_;
  std::unordered_map<const Parameter*, Started> starts_;
  std::unordered_map<std::string, const Parameter*> paths_;
};

}  // namespace reprise
