#include "layers/sharing_strategies.h"

#include <algorithm>

#include "core/error.h"

namespace reprise {

namespace {

using Sets = std::vector<int>;

// What a strategy is given: `sets` as configured, or what the strategy takes when nothing is.
struct Request {
  const PartSharing& sharing;
  const DepthConfig& depth;

  int64_t layers() const { return depth.layers; }
  const std::string& name() const { return sharing.strategy; }
  int64_t sets() const {
    if (!sharing.sets) throw ConfigError("strategy \"{}\" needs \"sets\": how many there are", name());
    return *sharing.sets;
  }
};

template <class F>
Sets each(int64_t applications, const F& set) {
  Sets sets(applications);
  for (int64_t a = 0; a < applications; ++a) sets[a] = static_cast<int>(set(a));
  return sets;
}

// For strategies of layers that are one block each. num_hidden_groups may say the same once more.
void refuse_groups(const Request& r, std::optional<int64_t> same = {}) {
  if (r.depth.inner != 1 || (r.depth.groups && r.depth.groups != same)) {
    throw ConfigError("strategy \"{}\" leaves no choice of num_hidden_groups or inner_group_num; "
                      "give these with the strategy \"groups\"", r.name());
  }
}

void refuse_sets(const Request& r) {
  if (r.sharing.sets) throw ConfigError("strategy \"{}\" takes no \"sets\"", r.name());
}

// ---- strategies: one function each, and a row in the table below

// A B C D: BERT
Sets share_none(const Request& r) {
  refuse_groups(r, r.layers());
  refuse_sets(r);
  return each(r.layers(), [](int64_t a) { return a; });
}

// A A A A: ALBERT
Sets share_all(const Request& r) {
  refuse_groups(r, 1);
  refuse_sets(r);
  return Sets(r.layers(), 0);
}

// A A B B: consecutive layers in equal groups, each layer `inner` blocks: Hugging Face's AlbertConfig.
// Group of layer l is ⌊l · groups / layers⌋, in integers: floats go wrong at some depths.
Sets share_groups(const Request& r) {
  const auto& [layers, inner, given] = r.depth;
  if (r.sharing.sets && given && *r.sharing.sets != *given) {
    throw ConfigError("\"sets\" {} contradicts num_hidden_groups {}", *r.sharing.sets, *given);
  }
  const int64_t groups = r.sharing.sets ? *r.sharing.sets : given.value_or(1);
  if (groups < 1 || layers % groups != 0) {
    throw ConfigError("{} layers can't be {} equal groups", layers, groups);
  }
  return each(layers * inner, [&, layers = layers, inner = inner](int64_t a) {
    return a / inner * groups / layers * inner + a % inner;
  });
}

// A A B B C C: SEQUENCE of Takase & Kiyono (2021, arXiv 2104.06022)
Sets share_sequence(const Request& r) {
  refuse_groups(r);
  const int64_t sets = r.sets();
  if (r.layers() % sets != 0) {
    throw ConfigError("{} layers can't be {} equal runs of layers with the same weights", r.layers(),
                      sets);
  }
  return each(r.layers(), [&](int64_t a) { return a * sets / r.layers(); });
}

// A B C A B C: their CYCLE
Sets share_cycle(const Request& r) {
  refuse_groups(r);
  return each(r.layers(), [sets = r.sets()](int64_t a) { return a % sets; });
}

// A B C A B C C B A: their CYCLE (REV), in which only the last round runs backwards
Sets share_cycle_reverse(const Request& r) {
  refuse_groups(r);
  const int64_t sets = r.sets();
  if (r.layers() % sets != 0) {
    throw ConfigError("{} layers aren't whole rounds of {} sets, so that the last could run backwards",
                      r.layers(), sets);
  }
  return each(r.layers(), [&](int64_t a) {
    return a < r.layers() - sets ? a % sets : sets - 1 - a % sets;
  });
}

// A B … B C: the first and the last layer are their own (Reid et al. 2021, Subformer, arXiv
// 2101.00234). With more than 3 sets, those between are runs as equal as can be.
Sets share_sandwich(const Request& r) {
  refuse_groups(r);
  const int64_t sets = r.sharing.sets.value_or(3), between = r.layers() - 2;
  if (sets < 3) throw ConfigError("a sandwich has 3 sets or more: two outside, the rest between");
  if (sets > r.layers()) throw ConfigError("{} layers can't use {} sets", r.layers(), sets);
  return each(r.layers(), [&](int64_t a) -> int64_t {
    if (a == 0) return 0;
    if (a == r.layers() - 1) return sets - 1;
    return 1 + (a - 1) * (sets - 2) / between;
  });
}

// A A B B: each set twice in a row, and again from the first when there are more layers (Liu et al.
// 2024, MobileLLM-LS, arXiv 2402.14905: weights are still in the cache at their second use).
Sets share_immediate(const Request& r) {
  refuse_groups(r);
  if (r.layers() % 2 != 0) {
    throw ConfigError("strategy \"immediate\" uses each set twice in a row: {} layers are an odd number",
                      r.layers());
  }
  const int64_t sets = r.sharing.sets.value_or(r.layers() / 2);
  return each(r.layers(), [&](int64_t a) { return a / 2 % sets; });
}

Sets share_map(const Request& r) {
  refuse_groups(r);
  const std::vector<int64_t>& map = r.sharing.map;
  if (static_cast<int64_t>(map.size()) != r.layers()) {
    throw ConfigError("\"map\" says the set of {} layers, and there are {}", map.size(), r.layers());
  }
  int64_t seen = 0;
  for (size_t layer = 0; layer < map.size(); ++layer) {
    if (map[layer] > seen) {
      throw ConfigError("\"map\": layer {} uses set {} though set {} wasn't used; number the sets from 0 "
                        "in the order of their first use", layer, map[layer], seen);
    }
    seen = std::max(seen, map[layer] + 1);
  }
  return each(r.layers(), [&](int64_t a) { return map[a]; });
}

struct Strategy {
  const char* name;
  Sets (*sets)(const Request&);
};
constexpr Strategy kStrategies[] = {
    {"none", share_none},
    {"all", share_all},
    {"groups", share_groups},
    {"sequence", share_sequence},
    {"cycle", share_cycle},
    {"cycle_reverse", share_cycle_reverse},
    {"sandwich", share_sandwich},
    {"immediate", share_immediate},
    {"map", share_map},
};

// Both are Table 4 of ALBERT's paper (Lan et al. 2019).
struct BlockStrategy {
  const char* name;
  LayerPart shared;
};
constexpr BlockStrategy kBlockStrategies[] = {
    {"attention", LayerPart::attention},
    {"feed_forward", LayerPart::feed_forward},
};

}  // namespace

std::vector<int> sets_of(const PartSharing& sharing, const DepthConfig& depth) {
  for (const Strategy& strategy : kStrategies) {
    if (sharing.strategy != strategy.name) continue;
    Sets sets = strategy.sets({sharing, depth});
    const int used = *std::max_element(sets.begin(), sets.end()) + 1;
    if (sharing.sets && sharing.strategy != "groups" && used != *sharing.sets) {
      throw ConfigError("there are {} sets, but {} layers use only {} of them", *sharing.sets,
                        depth.layers, used);
    }
    return sets;
  }
  throw ConfigError("sharing strategy \"{}\" is not known; there are {}", sharing.strategy,
                    fmt::join(strategy_names(), ", "));
}

std::vector<std::string> part_strategy_names() {
  std::vector<std::string> names;
  for (const Strategy& strategy : kStrategies) names.emplace_back(strategy.name);
  return names;
}

std::optional<LayerPart> shared_block(const PartSharing& sharing, const DepthConfig& depth) {
  for (const BlockStrategy& strategy : kBlockStrategies) {
    if (sharing.strategy != strategy.name) continue;
    const Request request{sharing, depth};
    refuse_groups(request);
    refuse_sets(request);
    return strategy.shared;
  }
  return std::nullopt;
}

std::vector<std::string> strategy_names() {
  std::vector<std::string> names = part_strategy_names();
  for (const BlockStrategy& strategy : kBlockStrategies) names.emplace_back(strategy.name);
  return names;
}

}  // namespace reprise
