#include "layers/collector.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "layers/initializers.h"
#include "layers/linear.h"

namespace reprise {
namespace {

TEST(Collector, NamesAParameterOnceAndKeepsFurtherPathsAsAliases) {
  Collector collector;
  const auto table = std::make_shared<Parameter>(Shape{5, 2});
  collector.add(table, Start::random, {"words.weight"});
  collector.add(table, Start::random, {"decoder.weight"});
  ASSERT_EQ(collector.parameters().size(), 1u);
  EXPECT_EQ(table->name(), "words.weight");
  EXPECT_EQ(table->parts()[0].aliases, std::vector<std::string>{"decoder.weight"});
}

TEST(Collector, RefusesOnePathForTwoParameters) {
  Collector collector;
  collector.add(std::make_shared<Parameter>(Shape{2}), Start::zeros, {"a"});
  EXPECT_THROW(collector.add(std::make_shared<Parameter>(Shape{2}), Start::zeros, {"a"}), UsageError);
}

TEST(Collector, WantsAPathPerPart) {
  Collector collector;
  EXPECT_THROW(collector.add(std::make_shared<Parameter>(Shape{6}, 3), Start::zeros, {"a", "b"}),
               UsageError);
}

// What stands around a layer doesn't change how it starts, and a packed part starts as the same
// weights would by themselves.
TEST(Initializers, AreAFunctionOfSeedAndName) {
  const auto start = [](const std::vector<std::string>& before, uint64_t seed) {
    Collector collector;
    for (const std::string& path : before) Linear(4, 4).collect(collector, path);
    Linear(3, 6, 2).collect_parts(collector, {"query", "key"});
    initialize(collector, {}, RandomKey(seed));
    return named_parts(collector.parameters());
  };
  const auto alone = start({}, 7), later = start({"x", "y"}, 7), other = start({}, 8);
  ASSERT_EQ(alone[1].name, "key.weight");
  for (int64_t i = 0; i < alone[1].value.numel(); ++i) {
    EXPECT_EQ(alone[1].value.item(i), later[5].value.item(i));
    EXPECT_NE(alone[1].value.item(i), other[1].value.item(i));
    EXPECT_NE(alone[1].value.item(i), alone[0].value.item(i));
  }
  Collector collector;
  Linear single(3, 3);
  single.collect(collector, "key");
  initialize(collector, {}, RandomKey(7));
  const auto by_itself = named_parts(collector.parameters());
  for (int64_t i = 0; i < 9; ++i) {
    EXPECT_EQ(by_itself[0].value.item(i), alone[1].value.item(i));
  }
}

TEST(Initializers, HaveTheDeviationThatWasAskedFor) {
  const auto deviation = [](const std::string& type) {
    Collector collector;
    const auto weights = std::make_shared<Parameter>(Shape{200, 200});
    collector.add(weights, Start::random, {"w"});
    initialize(collector, {.type = type, .range = 0.02}, RandomKey(1));
    double sum = 0, largest = 0;
    for (const real w : weights->value().values()) {
      sum += double{w} * w;
      largest = std::max(largest, std::abs(double{w}));
    }
    return std::pair(std::sqrt(sum / 40000), largest);
  };
  EXPECT_NEAR(deviation("normal").first, 0.02, 0.0003);
  EXPECT_GT(deviation("normal").second, 0.06);
  EXPECT_NEAR(deviation("truncated_normal").first, 0.01759, 0.0003);
  EXPECT_LE(deviation("truncated_normal").second, 0.04);
  EXPECT_THROW(deviation("uniform"), ConfigError);
}

TEST(Initializers, KeepARangeOfItsOwnWhateverTheConfigSays) {
  for (const char* type : {"normal", "truncated_normal"}) {
    Collector collector;
    const auto weights = std::make_shared<Parameter>(Shape{100, 100});
    collector.add(weights, Start::uniform, {"w"}, 0.3);
    initialize(collector, {.type = type, .range = 7}, RandomKey(1));
    double sum = 0, least = 1, most = -1;
    for (const real w : weights->value().values()) {
      sum += double{w} * w;
      least = std::min(least, double{w});
      most = std::max(most, double{w});
    }
    EXPECT_GT(least, -0.3);
    EXPECT_LT(least, -0.29);
    EXPECT_LT(most, 0.3);
    EXPECT_GT(most, 0.29);
    EXPECT_NEAR(std::sqrt(sum / 10000), 0.3 / std::sqrt(3), 0.005);
  }
}

// PyTorch's default for linear layers, and LeCun's: within a bound that depends on a unit's inputs.
TEST(Initializers, GoByTheInputsOfAUnit) {
  const auto extremes = [](const std::string& type) {
    Collector collector;
    Linear(64, 100).collect(collector, "x");
    initialize(collector, {.type = type}, RandomKey(1));
    std::vector<double> most;
    for (const ParameterPtr& parameter : collector.parameters()) {
      const auto [low, high] = std::ranges::minmax(parameter->value().values());
      EXPECT_NEAR(low, -high, 0.1 * high);
      most.push_back(high);
    }
    return most;
  };
  EXPECT_NEAR(extremes("pytorch")[0], 1 / 8.0, 0.001);
  EXPECT_NEAR(extremes("pytorch")[1], 1 / 8.0, 0.01);
  EXPECT_NEAR(extremes("lecun")[0], 2.4 / 64, 0.001);
  EXPECT_NEAR(extremes("lecun")[1], 2.4 / 64, 0.004);
  EXPECT_EQ(extremes("normal")[1], 0);
}

TEST(Initializers, RefuseWeightsWhoseInputsNobodyKnows) {
  Collector collector;
  collector.add(std::make_shared<Parameter>(Shape{3, 2}), Start::random, {"table.weight"});
  try {
    initialize(collector, {.type = "lecun"}, RandomKey(1));
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(),
                 "initializer: \"lecun\" goes by a unit's number of inputs, which table.weight "
                 "doesn't have; take normal or truncated_normal");
  }
}

// Groups of numbers take turns: [places, pairs, kernel] with two pairs of 3 and 5 inputs.
TEST(FanIn, RepeatsItsNumbers) {
  const FanIn fan_in{{3, 5}, 2};
  std::vector<int64_t> all;
  for (int64_t i = 0; i < 8; ++i) all.push_back(fan_in.at(i));
  EXPECT_EQ(all, (std::vector<int64_t>{3, 3, 5, 5, 3, 3, 5, 5}));
}

}  // namespace
}  // namespace reprise
