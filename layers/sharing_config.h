// SharingConfig: how a sharing plan is asked for in a configuration.
//
//   "sharing": "all"                                            a strategy by its name
//   "sharing": {"strategy": "cycle", "sets": 3}                 A B C A B C
//   "sharing": {"strategy": "map", "map": [0, 1, 1, 0]}         set by set
//   "sharing": {"strategy": "all", "attention_norm": "none"}    a part otherwise than the rest
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/config.h"

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

  static const char* shorthand_key() { return "strategy"; }
  void fields(Fields& f);
  PartSharing whole() const { return {strategy, sets, map}; }
};

}  // namespace reprise
