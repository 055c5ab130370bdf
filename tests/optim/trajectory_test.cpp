// Each optimizer follows PyTorch's for 20 updates.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "optim/registry.h"
#include "support.h"
#include "trajectories.h"

namespace reprise {
namespace {

constexpr double kTolerance = 1e-6;  // float32's rounding over 20 updates of numbers below 1

// The formulas of make_trajectories.py; k = 0 is the weight, k = 1 the bias.
void set_start(const Parameter& parameter, int k) {
  std::vector<real> values(parameter.numel());
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<real>(std::cos(0.9 * static_cast<double>(i) + 0.4 * k));
  }
  parameter.value().copy_from(Tensor::of(parameter.shape(), std::span<const real>(values)));
}

void set_formula_gradient(Parameter& parameter, int k, int step) {
  std::vector<real> values = numbers(parameter.value());
  for (size_t i = 0; i < values.size(); ++i) {
    const double wave = std::sin(0.7 * static_cast<double>(i) + 1.3 * step + k);
    values[i] = static_cast<real>(wave * std::pow(10.0, -static_cast<double>(i % 4)) +
                                  0.3 * values[i]);
  }
  set_gradient(parameter, values);
}

void expect_near(const Tensor& value, const std::vector<double>& expected) {
  ASSERT_EQ(value.numel(), static_cast<int64_t>(expected.size()));
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(value.values()[i], expected[i], kTolerance) << "element " << i;
  }
}

class TrajectoryTest : public testing::TestWithParam<Trajectory> {};

TEST_P(TrajectoryTest, IsPyTorchs) {
  const Trajectory& expected = GetParam();
  const ParameterPtr weight = named_parameter("layer.weight", {3, 4});
  const ParameterPtr bias = named_parameter("layer.bias", {5});
  set_start(*weight, 0);
  set_start(*bias, 1);
  OptimizerConfig config;
  config.type = expected.type;
  config.weight_decay = expected.decay;
  config.momentum = expected.momentum;
  config.bias_correction = expected.bias_correction;
  const auto optimizer = make_optimizer(config, {weight, bias});
  for (int step = 0; step < 20; ++step) {
    set_formula_gradient(*weight, 0, step);
    set_formula_gradient(*bias, 1, step);
    optimizer->step(expected.rate * std::min(1.0, step / 4.0), step % 3 == 2 ? 0.25 : 1.0);
  }
  expect_near(weight->value(), expected.weight);
  expect_near(bias->value(), expected.bias);
}

INSTANTIATE_TEST_SUITE_P(All, TrajectoryTest, testing::ValuesIn(kTrajectories),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace reprise
