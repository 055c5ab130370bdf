#include "layers/sharing.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/error.h"
#include "layers/sharing_strategies.h"

namespace reprise {

namespace {

using Sets = std::vector<int>;

Sets all_different(int64_t applications) {
  Sets sets(applications);
  for (int64_t a = 0; a < applications; ++a) sets[a] = static_cast<int>(a);
  return sets;
}

// The norm that follows a block.
constexpr int norm_of(LayerPart block) { return static_cast<int>(block) + 1; }

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

SharingPlan make_sharing_plan(const SharingConfig& config, const DepthConfig& depth) {
  SharingPlan plan;
  if (const auto shared = shared_block(config.whole(), depth)) {
    plan.sets.fill(all_different(depth.layers));
    plan.sets[static_cast<int>(*shared)] = plan.sets[norm_of(*shared)] = Sets(depth.layers, 0);
  } else {
    plan.sets.fill(sets_of(config.whole(), depth));
  }
  if (config.own("norms")) {
    plan.sets[norm_of(LayerPart::attention)] = plan.sets[norm_of(LayerPart::feed_forward)] =
        all_different(depth.applications());
  }
  const auto change = [&](LayerPart part, const std::optional<PartSharing>& given) {
    if (!given) return;
    try {
      plan.sets[static_cast<int>(part)] = sets_of(*given, {.layers = depth.applications()});
    } catch (const ConfigError& error) {
      throw ConfigError("{}: {}", to_string(part), error.what());
    }
    const bool block = part == LayerPart::attention || part == LayerPart::feed_forward;
    if (block && !config.own("norms")) {
      plan.sets[norm_of(part)] = plan.sets[static_cast<int>(part)];
    }
  };
  change(LayerPart::attention, config.attention);
  change(LayerPart::attention_norm, config.attention_norm);
  change(LayerPart::feed_forward, config.feed_forward);
  change(LayerPart::feed_forward_norm, config.feed_forward_norm);
  return plan;
}

std::optional<DepthConfig> as_groups(const SharingPlan& plan, int64_t preferred) {
  const int64_t applications = plan.applications(), sets = plan.count(LayerPart::attention);
  const auto with_inner = [&](int64_t inner) -> std::optional<DepthConfig> {
    if (applications % inner != 0 || sets % inner != 0) return std::nullopt;
    const DepthConfig depth{applications / inner, inner, sets / inner};
    if (depth.layers % *depth.groups != 0) return std::nullopt;
    const bool same = sets_of({.strategy = "groups"}, depth) == plan.sets[0];
    return same ? std::optional(depth) : std::nullopt;
  };
  if (!plan.uniform()) return std::nullopt;
  if (const auto depth = with_inner(preferred)) return depth;
  for (int64_t inner = 1; inner <= applications; ++inner) {
    if (const auto depth = with_inner(inner)) return depth;
  }
  return std::nullopt;
}

int SharingPlan::count(LayerPart part) const {
  const Sets& used = sets[static_cast<int>(part)];
  return static_cast<int>(std::set<int>(used.begin(), used.end()).size());
}

bool SharingPlan::shared(LayerPart part, int application) const {
  const Sets& used = sets[static_cast<int>(part)];
  return std::count(used.begin(), used.end(), used[application]) > 1;
}

int SharingPlan::shared_applications(LayerPart part) const {
  const Sets& used = sets[static_cast<int>(part)];
  std::map<int, int> uses;
  for (int set : used) ++uses[set];
  return static_cast<int>(std::count_if(used.begin(), used.end(), [&](int set) { return uses[set] > 1; }));
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
