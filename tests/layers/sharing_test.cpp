#include "layers/sharing.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace reprise {
namespace {

using Sets = std::vector<int>;

SharingPlan plan(const std::string& strategy, DepthConfig depth,
                 std::optional<int64_t> sets = std::nullopt) {
  return make_sharing_plan({.strategy = strategy, .sets = sets}, depth);
}

const Sets& of(const SharingPlan& plan, LayerPart part) {
  return plan.sets[static_cast<int>(part)];
}

std::string refusal(const std::string& strategy, DepthConfig depth,
                    std::optional<int64_t> sets = std::nullopt) {
  try {
    plan(strategy, depth, sets);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

TEST(Sharing, NoneGivesEveryLayerItsOwn) {
  const SharingPlan none = plan("none", {.layers = 4});
  EXPECT_EQ(of(none, LayerPart::attention), (Sets{0, 1, 2, 3}));
  EXPECT_TRUE(none.uniform());
  EXPECT_TRUE(none.unshared());
}

TEST(Sharing, AllGivesOneSet) {
  const SharingPlan all = plan("all", {.layers = 4});
  EXPECT_EQ(of(all, LayerPart::feed_forward), (Sets{0, 0, 0, 0}));
  EXPECT_EQ(all.count(LayerPart::feed_forward), 1);
  EXPECT_TRUE(all.uniform());
  EXPECT_FALSE(all.unshared());
}

TEST(Sharing, PartialStrategiesShareABlockWithItsNorm) {
  const SharingPlan attention = plan("attention", {.layers = 3});
  EXPECT_EQ(of(attention, LayerPart::attention), (Sets{0, 0, 0}));
  EXPECT_EQ(of(attention, LayerPart::attention_norm), (Sets{0, 0, 0}));
  EXPECT_EQ(of(attention, LayerPart::feed_forward), (Sets{0, 1, 2}));
  EXPECT_EQ(of(attention, LayerPart::feed_forward_norm), (Sets{0, 1, 2}));
  EXPECT_FALSE(attention.uniform());
  const SharingPlan feed_forward = plan("feed_forward", {.layers = 3});
  EXPECT_EQ(of(feed_forward, LayerPart::attention_norm), (Sets{0, 1, 2}));
  EXPECT_EQ(of(feed_forward, LayerPart::feed_forward_norm), (Sets{0, 0, 0}));
}

TEST(Sharing, GroupsAreHuggingFacesFormula) {
  EXPECT_EQ(of(plan("groups", {.layers = 6, .inner = 1, .groups = 3}), LayerPart::attention),
            (Sets{0, 0, 1, 1, 2, 2}));
  EXPECT_EQ(of(plan("groups", {.layers = 4, .inner = 2, .groups = 2}), LayerPart::attention),
            (Sets{0, 1, 0, 1, 2, 3, 2, 3}));
  EXPECT_EQ(of(plan("groups", {.layers = 6}, 2), LayerPart::attention), (Sets{0, 0, 0, 1, 1, 1}));
}

// The float formulas of the released codes disagree with floor(l G / L) at these depths.
TEST(Sharing, GroupsAreExactWhereFloatsAreNot) {
  for (const int64_t layers : {22, 23, 26, 39}) {
    const SharingPlan each = plan("groups", {.layers = layers, .inner = 1, .groups = layers});
    EXPECT_TRUE(each.unshared()) << layers;
  }
}

TEST(Sharing, RefusesWhatDoesNotFit) {
  EXPECT_EQ(refusal("groups", {.layers = 6, .inner = 1, .groups = 4}),
            "6 layers can't be 4 equal groups");
  EXPECT_NE(refusal("groups", {.layers = 6, .inner = 1, .groups = 3}, 2), "");
  EXPECT_NE(refusal("all", {.layers = 6, .inner = 1, .groups = 2}), "");
  EXPECT_NE(refusal("all", {.layers = 6, .inner = 2}), "");
  EXPECT_NE(refusal("attention", {.layers = 6, .inner = 1, .groups = 1}), "");
  EXPECT_NE(refusal("none", {.layers = 6}, 3), "");
  EXPECT_NE(refusal("spiral", {.layers = 6}).find("none, all, attention"), std::string::npos);
}

TEST(Sharing, AgreeingGroupsAreFine) {
  EXPECT_EQ(refusal("all", {.layers = 6, .inner = 1, .groups = 1}), "");
  EXPECT_EQ(refusal("none", {.layers = 6, .inner = 1, .groups = 6}), "");
}

TEST(Sharing, GridShowsLettersAndOnlyThePartsThatDiffer) {
  EXPECT_EQ(grid(plan("groups", {.layers = 4, .inner = 1, .groups = 2})), "A A B B");
  EXPECT_EQ(grid(plan("attention", {.layers = 3})),
            "attention         A A A\nfeed_forward      A B C");
  const std::string deep = grid(plan("none", {.layers = 28}));
  EXPECT_NE(deep.find("Z A1 B1"), std::string::npos) << deep;
}

}  // namespace
}  // namespace reprise
