// SharingPlan: which weights each layer of a deep model uses.
//
// A model of depth L applies L layers one after the other. Each part of a layer takes its weights from
// a numbered set, and the plan is the list of these numbers: A A B B C C is [0, 0, 1, 1, 2, 2]. BERT is
// the plan in which all numbers differ, ALBERT the one in which all are equal.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "layers/sharing_config.h"

namespace reprise {

// The parts of a layer that can be shared apart from each other. A norm follows its block.
enum class LayerPart : uint8_t { attention, attention_norm, feed_forward, feed_forward_norm };
inline constexpr int kLayerParts = 4;
std::string_view to_string(LayerPart part);

// What the plan is made for: `layers` layers, in which a layer is `inner` blocks one after the other;
// the applications are layers · inner. groups is Hugging Face's num_hidden_groups.
struct DepthConfig {
  int64_t layers = 1;
  int64_t inner = 1;
  std::optional<int64_t> groups = {};

  int64_t applications() const { return layers * inner; }
};

struct SharingPlan {
  // For each part, the set that application 0, 1, … uses; sets are numbered from 0 in order of first use.
  std::array<std::vector<int>, kLayerParts> sets;

  int applications() const { return static_cast<int>(sets[0].size()); }
  int set(LayerPart part, int application) const {
    return sets[static_cast<int>(part)][application];
  }
  int count(LayerPart part) const;  // of different sets
  // True when another application uses the same set.
  bool shared(LayerPart part, int application) const;
  int shared_applications(LayerPart part) const;  // for how many that is true
  // True when all parts have the same sets, so that layers are shared whole.
  bool uniform() const;
  // True when nothing is used twice.
  bool unshared() const;
};

// Throws ConfigError when a strategy doesn't fit the depth: what doesn't divide, or contradicts groups.
SharingPlan make_sharing_plan(const SharingConfig& config, const DepthConfig& depth);

// The plan as groups of layers, which is all that Hugging Face's AlbertConfig can say; nothing when it
// isn't of that kind. A B C A B C is two layers of three inner blocks in one group. Of several answers,
// the one with `inner` blocks in a layer if there is one, else with the fewest.
std::optional<DepthConfig> as_groups(const SharingPlan& plan, int64_t inner = 1);

// The plan as a picture, a line per part that differs: "attention     A A A A\nfeed_forward  A B C D".
std::string grid(const SharingPlan& plan);

}  // namespace reprise
