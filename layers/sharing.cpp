#include "layers/sharing.h"

#include <algorithm>
#include <set>

#include "core/error.h"

namespace reprise {

namespace {

using Sets = std::vector<int>;

Sets all_different(int64_t applications) {
  Sets sets(applications);
  for (int64_t a = 0; a < applications; ++a) sets[a] = static_cast<int>(a);
  return sets;
}

Sets all_equal(int64_t applications) { return Sets(applications, 0); }

// The plan of blocks (attention and feed-forward, each with its norm).
SharingPlan by_block(const Sets& attention, const Sets& feed_forward) {
  return {{attention, attention, feed_forward, feed_forward}};
}

void refuse_groups(const SharingConfig& config, const DepthConfig& depth) {
  const int64_t implied = config.strategy == "all" ? 1 : depth.layers;
  const bool partial = config.strategy == "attention" || config.strategy == "feed_forward";
  if (depth.inner != 1 || (depth.groups && (partial || *depth.groups != implied))) {
    throw ConfigError("strategy \"{}\" leaves no choice of num_hidden_groups or inner_group_num; "
                      "give these with the strategy \"groups\"", config.strategy);
  }
  if (config.sets) throw ConfigError("strategy \"{}\" takes no \"sets\"", config.strategy);
}

// ---- strategies: one function each, and a row in the table below

// A B C D: BERT
SharingPlan share_none(const SharingConfig& config, const DepthConfig& depth) {
  refuse_groups(config, depth);
  return by_block(all_different(depth.layers), all_different(depth.layers));
}

// A A A A: ALBERT
SharingPlan share_all(const SharingConfig& config, const DepthConfig& depth) {
  refuse_groups(config, depth);
  return by_block(all_equal(depth.layers), all_equal(depth.layers));
}

// Attention and its norm are shared, every feed-forward block is its own. ALBERT, Table 4.
SharingPlan share_attention(const SharingConfig& config, const DepthConfig& depth) {
  refuse_groups(config, depth);
  return by_block(all_equal(depth.layers), all_different(depth.layers));
}

// The other way round.
SharingPlan share_feed_forward(const SharingConfig& config, const DepthConfig& depth) {
  refuse_groups(config, depth);
  return by_block(all_different(depth.layers), all_equal(depth.layers));
}

// A A B B: consecutive layers in equal groups, each layer `inner` blocks: Hugging Face's AlbertConfig.
// Group of layer l is ⌊l · groups / layers⌋, in integers: floats go wrong at some depths.
SharingPlan share_groups(const SharingConfig& config, const DepthConfig& depth) {
  if (config.sets && depth.groups && *config.sets != *depth.groups) {
    throw ConfigError("\"sets\" {} contradicts num_hidden_groups {}", *config.sets, *depth.groups);
  }
  const int64_t groups = config.sets ? *config.sets : depth.groups.value_or(1);
  if (groups < 1 || depth.layers % groups != 0) {
    throw ConfigError("{} layers can't be {} equal groups", depth.layers, groups);
  }
  Sets sets;
  for (int64_t layer = 0; layer < depth.layers; ++layer) {
    for (int64_t block = 0; block < depth.inner; ++block) {
      sets.push_back(static_cast<int>(layer * groups / depth.layers * depth.inner + block));
    }
  }
  return by_block(sets, sets);
}

struct Strategy {
  const char* name;
  SharingPlan (*plan)(const SharingConfig&, const DepthConfig&);
};
constexpr Strategy kStrategies[] = {
    {"none", share_none},
    {"all", share_all},
    {"attention", share_attention},
    {"feed_forward", share_feed_forward},
    {"groups", share_groups},
};

// 0 -> A, 25 -> Z, 26 -> A1, …
std::string letter(int set) {
  std::string name(1, static_cast<char>('A' + set % 26));
  return set < 26 ? name : name + std::to_string(set / 26);
}

std::string letters(const Sets& sets) {
  std::vector<std::string> names;
  for (int set : sets) names.push_back(letter(set));
  return fmt::format("{}", fmt::join(names, " "));
}

}  // namespace

std::string_view to_string(LayerPart part) {
  constexpr std::string_view kNames[] = {"attention", "attention_norm", "feed_forward",
                                         "feed_forward_norm"};
  return kNames[static_cast<int>(part)];
}

void SharingConfig::fields(Fields& f) {
  f("strategy", strategy, "which layers use the same weights").one_of(strategy_names()).required();
  f("sets", sets, "how many different sets of weights there are (groups)").at_least(1);
}

std::vector<std::string> strategy_names() {
  std::vector<std::string> names;
  for (const Strategy& strategy : kStrategies) names.emplace_back(strategy.name);
  return names;
}

SharingPlan make_sharing_plan(const SharingConfig& config, const DepthConfig& depth) {
  for (const Strategy& strategy : kStrategies) {
    if (config.strategy == strategy.name) return strategy.plan(config, depth);
  }
  throw ConfigError("sharing strategy \"{}\" is not known; there are {}", config.strategy,
                    fmt::join(strategy_names(), ", "));
}

int SharingPlan::count(LayerPart part) const {
  const Sets& used = sets[static_cast<int>(part)];
  return static_cast<int>(std::set<int>(used.begin(), used.end()).size());
}

bool SharingPlan::uniform() const {
  return std::all_of(sets.begin(), sets.end(), [&](const Sets& s) { return s == sets[0]; });
}

bool SharingPlan::unshared() const {
  return std::all_of(sets.begin(), sets.end(),
                     [&](const Sets& s) { return s == all_different(applications()); });
}

std::string grid(const SharingPlan& plan) {
  if (plan.uniform()) return letters(plan.sets[0]);
  std::string lines;
  for (int p = 0; p < kLayerParts; ++p) {
    const bool follows_block = p % 2 == 1 && plan.sets[p] == plan.sets[p - 1];
    if (follows_block) continue;
    if (!lines.empty()) lines += '\n';
    lines += fmt::format("{:<18}{}", to_string(static_cast<LayerPart>(p)), letters(plan.sets[p]));
  }
  return lines;
}

}  // namespace reprise
