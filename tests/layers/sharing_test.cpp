#include "layers/sharing.h"

#include <fmt/format.h>
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
  EXPECT_NE(refusal("spiral", {.layers = 6}).find("none, all, groups, sequence"), std::string::npos);
  EXPECT_EQ(refusal("sequence", {.layers = 6}, 4),
            "6 layers can't be 4 equal runs of layers with the same weights");
  EXPECT_EQ(refusal("cycle", {.layers = 6}), "strategy \"cycle\" needs \"sets\": how many there are");
  EXPECT_EQ(refusal("cycle", {.layers = 6}, 7), "there are 7 sets, but 6 layers use only 6 of them");
  EXPECT_NE(refusal("cycle", {.layers = 6, .inner = 2}, 3), "");
  EXPECT_EQ(refusal("cycle_reverse", {.layers = 7}, 3),
            "7 layers aren't whole rounds of 3 sets, so that the last could run backwards");
  EXPECT_EQ(refusal("sandwich", {.layers = 6}, 2),
            "a sandwich has 3 sets or more: two outside, the rest between");
  EXPECT_EQ(refusal("sandwich", {.layers = 2}), "2 layers can't use 3 sets");
  EXPECT_EQ(refusal("immediate", {.layers = 5}),
            "strategy \"immediate\" uses each set twice in a row: 5 layers are an odd number");
  EXPECT_EQ(refusal("immediate", {.layers = 6}, 4),
            "there are 4 sets, but 6 layers use only 3 of them");
}

// The table of layers/sharing_strategies.h, and what it leaves out.
TEST(Sharing, StrategiesAreTheirVectors) {
  struct Row {
    const char* strategy;
    const char* of_6_3;
    const char* of_12_6;
    const char* of_18_6;
  };
  constexpr Row kRows[] = {
      {"groups", "A A B B C C", "A A B B C C D D E E F F", "A A A B B B C C C D D D E E E F F F"},
      {"sequence", "A A B B C C", "A A B B C C D D E E F F", "A A A B B B C C C D D D E E E F F F"},
      {"cycle", "A B C A B C", "A B C D E F A B C D E F", "A B C D E F A B C D E F A B C D E F"},
      {"cycle_reverse", "A B C C B A", "A B C D E F F E D C B A",
       "A B C D E F A B C D E F F E D C B A"},
      {"sandwich", "A B B B B C", "A B B B C C D D D E E F", "A B B B B C C C C D D D D E E E E F"},
      {"immediate", "A A B B C C", "A A B B C C D D E E F F", "A A B B C C D D E E F F A A B B C C"},
  };
  for (const Row& row : kRows) {
    EXPECT_EQ(grid(plan(row.strategy, {.layers = 6}, 3)), row.of_6_3) << row.strategy;
    EXPECT_EQ(grid(plan(row.strategy, {.layers = 12}, 6)), row.of_12_6) << row.strategy;
    EXPECT_EQ(grid(plan(row.strategy, {.layers = 18}, 6)), row.of_18_6) << row.strategy;
  }
  EXPECT_EQ(grid(plan("sandwich", {.layers = 5})), "A B B B C");
  EXPECT_EQ(grid(plan("immediate", {.layers = 4})), "A A B B");
  EXPECT_EQ(grid(plan("cycle", {.layers = 5}, 3)), "A B C A B");
}

TEST(Sharing, MapsAreTakenAsTheyAre) {
  const auto map = [](std::vector<int64_t> sets) {
    return make_sharing_plan({.strategy = "map", .map = std::move(sets)}, {.layers = 4});
  };
  EXPECT_EQ(of(map({0, 1, 1, 0}), LayerPart::feed_forward_norm), (Sets{0, 1, 1, 0}));
  const auto refused = [&](std::vector<int64_t> sets, const char* sentence) {
    try {
      map(std::move(sets));
      ADD_FAILURE() << "accepted; expected: " << sentence;
    } catch (const ConfigError& error) {
      EXPECT_STREQ(error.what(), sentence);
    }
  };
  refused({0, 1, 1}, "\"map\" says the set of 3 layers, and there are 4");
  refused({0, 2, 2, 1}, "\"map\": layer 1 uses set 2 though set 1 wasn't used; number the sets from 0 in "
                        "the order of their first use");
}

TEST(Sharing, PartsMayDifferAndNormsFollowTheirBlock) {
  SharingConfig config{.strategy = "all"};
  config.attention_norm = PartSharing{.strategy = "none"};
  config.feed_forward = PartSharing{.strategy = "cycle", .sets = 2};
  const SharingPlan mixed = make_sharing_plan(config, {.layers = 4});
  EXPECT_EQ(of(mixed, LayerPart::attention), (Sets{0, 0, 0, 0}));
  EXPECT_EQ(of(mixed, LayerPart::attention_norm), (Sets{0, 1, 2, 3}));
  EXPECT_EQ(of(mixed, LayerPart::feed_forward), (Sets{0, 1, 0, 1}));
  EXPECT_EQ(of(mixed, LayerPart::feed_forward_norm), (Sets{0, 1, 0, 1}));
  EXPECT_EQ(grid(mixed),
            "attention         A A A A\nattention_norm    A B C D\nfeed_forward      A B A B");
  // Where a layer is several blocks, each of them is a place of its own.
  config.strategy = "groups";
  config.feed_forward.reset();
  EXPECT_EQ(of(make_sharing_plan(config, {.layers = 2, .inner = 2}), LayerPart::attention_norm),
            (Sets{0, 1, 2, 3}));
  config.attention_norm->sets = 3;
  try {
    make_sharing_plan(config, {.layers = 4});
    ADD_FAILURE();
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(), "attention_norm: strategy \"none\" takes no \"sets\"");
  }
}

// What Hugging Face's three numbers can say, found again from the plan alone.
TEST(Sharing, PlansBecomeGroupsWhereTheyCan) {
  const auto found = [](const SharingPlan& plan, int64_t inner = 1) {
    const auto depth = as_groups(plan, inner);
    return depth ? fmt::format("{} {} {}", depth->layers, depth->inner, *depth->groups) : "";
  };
  EXPECT_EQ(found(plan("cycle", {.layers = 6}, 3)), "2 3 1");
  EXPECT_EQ(found(plan("sequence", {.layers = 6}, 3)), "6 1 3");
  EXPECT_EQ(found(plan("all", {.layers = 6})), "6 1 1");
  EXPECT_EQ(found(plan("none", {.layers = 6})), "6 1 6");
  EXPECT_EQ(found(plan("none", {.layers = 6}), 2), "3 2 3");
  EXPECT_EQ(found(plan("groups", {.layers = 4, .inner = 2, .groups = 2})), "4 2 2");
  EXPECT_EQ(found(plan("cycle_reverse", {.layers = 6}, 3)), "");
  EXPECT_EQ(found(plan("cycle", {.layers = 5}, 3)), "");
  EXPECT_EQ(found(plan("sandwich", {.layers = 6})), "");
  EXPECT_EQ(found(plan("attention", {.layers = 6})), "");
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
