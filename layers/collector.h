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

// How many inputs the unit has that an element of a Parameter belongs to, for initializers that go by
// it (LeCun's F_i). One number for all elements, or several: each holds for `stretch` elements that
// follow each other in memory, and the list starts again when it ends.
struct FanIn {
  std::vector<int64_t> inputs{};  // empty: nobody knows
  int64_t stretch = 1;

  int64_t at(int64_t element) const {
    return inputs[static_cast<size_t>(element / stretch) % inputs.size()];
  }
};

class Collector {
 public:
  // One path per part of the Parameter; `range` is that of Start::uniform. Throws UsageError when a
  // path is taken by another Parameter.
  void add(const ParameterPtr& parameter, Start start, const std::vector<std::string>& paths,
           double range = 0) {
    add(parameter, {start, range, {}}, paths);
  }
  // The same for weights and biases of units whose number of inputs is known.
  void add(const ParameterPtr& parameter, Start start, const std::vector<std::string>& paths,
           const FanIn& fan_in) {
    add(parameter, {start, 0, fan_in}, paths);
  }

  const std::vector<ParameterPtr>& parameters() const { return parameters_; }
  Start start(const Parameter& parameter) const { return starts_.at(&parameter).kind; }
  double range(const Parameter& parameter) const { return starts_.at(&parameter).range; }
  const FanIn& fan_in(const Parameter& parameter) const { return starts_.at(&parameter).fan_in; }

 private:
  struct Started {
    Start kind;
    double range;
    FanIn fan_in;
  };
  void add(const ParameterPtr& parameter, const Started& started,
           const std::vector<std::string>& paths);

  std::vector<ParameterPtr> parameters_;
  std::unordered_map<const Parameter*, Started> starts_;
  std::unordered_map<std::string, const Parameter*> paths_;
};

}  // namespace reprise
