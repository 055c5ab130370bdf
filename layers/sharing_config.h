// SharingConfig: how a sharing plan is asked for in a configuration.
//
//   "sharing": "all"                                            a strategy by its name
//   "sharing": {"strategy": "cycle", "sets": 3}                 A B C A B C
//   "sharing": {"strategy": "map", "map": [0, 1, 1, 0]}         set by set
//   "sharing": {"strategy": "all", "attention_norm": "none"}    a part otherwise than the rest
//   "sharing": {"strategy": "all", "rank": 8, "per_use": ["norms", "biases"]}   relaxed
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/config.h"
#include "layers/relaxation.h"

namespace reprise {

// Of one part of the layers, or of all.
struct PartSharing {
  std::string strategy;  // see sharing_strategies.h
  std::optional<int64_t> sets = {};
  std::vector<int64_t> map = {};  // of the strategy "map": the set of each layer

  static const char* shorthand_key() { return "strategy"; }
  void fields(Fields& f);
};

struct SharingConfig {
  std::string strategy;  // these three as above
  std::optional<int64_t> sets = {};
  std::vector<int64_t> map = {};
  // What is given here is shared so, whatever the strategy above says of it. A norm that isn't given
  // follows its block.
  std::optional<PartSharing> attention = {}, attention_norm = {};
  std::optional<PartSharing> feed_forward = {}, feed_forward_norm = {};
  // Relaxed sharing, see relaxation.h.
  int64_t rank = 0;
  std::optional<double> alpha = {};
  std::vector<std::string> per_use = {};

  static const char* shorthand_key() { return "strategy"; }
  void fields(Fields& f);
  void check(Problems& problems) const;
  bool own(const char* what) const;  // per_use has it
  Relaxation relaxation() const;
  PartSharing whole() const { return {strategy, sets, map}; }
};

}  // namespace reprise
