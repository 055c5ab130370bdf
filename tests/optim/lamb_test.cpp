#include "optim/lamb.h"

#include <gtest/gtest.h>

#include <cmath>

#include "optim/registry.h"
#include "support.h"

namespace reprise {
namespace {

// Where one update at rate 0.5 with decay 0 takes weights w under gradient g.
std::vector<real> after_one(const std::string& name, std::vector<real> w, std::vector<real> g) {
  OptimizerConfig config;
  config.type = "lamb";
  config.weight_decay = 0;
  const Shape shape{static_cast<int64_t>(w.size())};
  const ParameterPtr parameter = named_parameter(name, shape);
  parameter->value().copy_from(Tensor::of(shape, std::span<const real>(w)));
  set_gradient(*parameter, g);
  make_optimizer(config, {parameter})->step(0.5);
  return numbers(parameter->value());
}

// The first update without bias correction: 0.1 g / √(0.001 g²) = √10 for every g > 0.
const double kFirst = std::sqrt(10.0);

TEST(LambTest, MovesByTheRateTimesTheNormOfTheWeights) {
  const std::vector<real> w = after_one("w", {3, 4}, {1, 1});
  const double step = 0.5 * 5 / std::sqrt(2.0);  // whatever the size of the update
  EXPECT_NEAR(w[0], 3 - step, 1e-4);
  EXPECT_NEAR(w[1], 4 - step, 1e-4);
}

TEST(LambTest, HasRatioOneForPartsExcludedByName) {
  EXPECT_NEAR(after_one("dense.bias", {3, 4}, {1, 1})[0], 3 - 0.5 * kFirst, 1e-3);
}

TEST(LambTest, HasRatioOneForWeightsThatAreZero) {
  EXPECT_NEAR(after_one("w", {0, 0}, {1, 1})[1], -0.5 * kFirst, 1e-3);
}

TEST(LambTest, StaysWhereItIsWithoutAnUpdate) {
  EXPECT_EQ(after_one("w", {3, 4}, {0, 0}), (std::vector<real>{3, 4}));
}

}  // namespace
}  // namespace reprise
