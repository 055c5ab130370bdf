// Kernels at the ends of the numbers: infinities, NaN, overflow, and extreme inputs of activations.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/error.h"
#include "core/kernels.h"
#include "core/kernels/isa.h"

namespace reprise::kernels {
namespace {

using Numbers = std::vector<float>;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

constexpr Activation kFunctions[] = {Activation::relu, Activation::gelu, Activation::gelu_tanh,
                                     Activation::tanh, Activation::sigmoid};

class SpecialValues : public testing::TestWithParam<Isa> {
 protected:
  void SetUp() override {
    if (!is_available(GetParam()))
      GTEST_SKIP() << "this processor has no " << to_string(GetParam());
    set_isa(GetParam());
  }
  void TearDown() override { set_isa(isa_); }
  const Isa isa_ = isa();
};

// Both are NaN, or the same infinity, or `allowed` apart at most.
testing::AssertionResult close(float got, float wanted, double allowed) {
  if (std::isnan(wanted) ? std::isnan(got) : got == wanted) return testing::AssertionSuccess();
  if (std::abs(double{got} - wanted) <= allowed) return testing::AssertionSuccess();
  return testing::AssertionFailure() << got << " instead of " << wanted;
}

// Forty per power of ten from 1e-40 to 1e38, both signs, and the special ones.
Numbers extremes() {
  Numbers x = {0.0f, -0.0f, kInfinity, -kInfinity, kNaN};
  for (double value = 1e-40; value < 3e38; value *= 1.0593) {
    x.push_back(static_cast<float>(value));
    x.push_back(static_cast<float>(-value));
  }
  return x;
}

TEST_P(SpecialValues, ActivationsAtAllMagnitudes) {
  const Numbers x = extremes();
  const auto n = static_cast<int64_t>(x.size());
  for (Activation f : kFunctions) {
    Numbers wanted(x.size()), got(x.size());
    set_isa(Isa::reference);
    activation_forward(f, n, x.data(), wanted.data());
    set_isa(GetParam());
    activation_forward(f, n, x.data(), got.data());
    for (size_t i = 0; i < x.size(); ++i) {
      // A rounding of z² becomes an error of z² ulp in the tails of the gelus, e^-z².
      const double z = std::min(100.0, std::abs(double{x[i]}));
      EXPECT_TRUE(close(got[i], wanted[i], 4e-7 * (1 + z * z) * std::abs(wanted[i]) + 1e-37))
          << "function " << int(f) << " at " << x[i];
    }
  }
}

TEST_P(SpecialValues, ActivationsKeepRelativeAccuracy) {
  for (Activation f : {Activation::tanh, Activation::sigmoid, Activation::gelu}) {
    for (int i = -4000; i <= 4000; ++i) {
      const float x = static_cast<float>(i) / 1000;
      float y;
      activation_forward(f, 1, &x, &y);
      const double wanted = f == Activation::tanh      ? std::tanh(double{x})
                            : f == Activation::sigmoid ? 1 / (1 + std::exp(-double{x}))
                                                       : x / 2.0 * std::erfc(-x / std::sqrt(2.0));
      EXPECT_NEAR(y, wanted, 1e-6 * std::abs(wanted)) << "function " << int(f) << " at " << x;
    }
  }
}

TEST_P(SpecialValues, ActivationsPassNaNOn) {
  for (Activation f : kFunctions) {
    for (size_t at : {0, 5, 18}) {  // within a vector and in the rest
      Numbers x(19, 0.5f), dy(19, 1), y(19), dx(19);
      x[at] = kNaN;
      activation_forward(f, 19, x.data(), y.data());
      EXPECT_TRUE(std::isnan(y[at])) << int(f);
      x[at] = 0.5f;
      dy[at] = kNaN;
      activation_backward(f, 19, x.data(), dy.data(), 0, dx.data());
      for (size_t i = 0; i < 19; ++i) EXPECT_EQ(std::isnan(y[i]) || std::isnan(dx[i]), i == at);
    }
  }
}

TEST_P(SpecialValues, RowsPassNaNOnWithinTheRow) {
  for (int64_t cols : {1, 7, 8, 33, 100}) {
    for (int64_t at = 0; at < cols; ++at) {
      Numbers x(2 * cols, 0.5f), y(2 * cols), gain(cols, 1), mean(2), rstd(2), loss(2), lse(2);
      x[at] = kNaN;
      const std::vector<int32_t> labels(2, 0);
      const auto check = [&](const Numbers& row) {
        for (int64_t c = 0; c < cols; ++c) {
          EXPECT_TRUE(std::isnan(row[c]));
          EXPECT_FALSE(std::isnan(row[cols + c]));
        }
      };
      softmax_forward(2, cols, x.data(), y.data());
      check(y);
      log_softmax_forward(2, cols, x.data(), y.data());
      check(y);
      layer_norm_forward(2, cols, x.data(), gain.data(), gain.data(), 1e-5f, y.data(), mean.data(),
                         rstd.data());
      check(y);
      cross_entropy_forward(2, cols, x.data(), labels.data(), loss.data(), lse.data());
      EXPECT_TRUE(std::isnan(loss[0]));
      EXPECT_FALSE(std::isnan(loss[1]));
    }
  }
}

TEST_P(SpecialValues, SoftmaxNeitherOverflowsNorLosesItself) {
  const Numbers x = {3e38f, -3e38f, 3e38f, -kInfinity};
  Numbers y(4);
  softmax_forward(1, 4, x.data(), y.data());
  EXPECT_EQ(y, (Numbers{0.5f, 0, 0.5f, 0}));
  softmax_forward(1, 1, x.data() + 3, y.data());  // no finite number in the row
  EXPECT_TRUE(std::isnan(y[0]));
  log_softmax_forward(1, 3, x.data(), y.data());
  EXPECT_FLOAT_EQ(y[1], -kInfinity);
  const Numbers far = {1000, 0};
  const int32_t label = 1;
  float loss, lse;
  cross_entropy_forward(1, 2, far.data(), &label, &loss, &lse);
  EXPECT_EQ(loss, 1000);
}

TEST_P(SpecialValues, LayerNormOfALargeMean) {
  Numbers x(100), y(100), gain(100, 1), bias(100, 0);
  for (size_t i = 0; i < 100; ++i) x[i] = 1e4f + static_cast<float>(i % 2);
  float mean, rstd;
  layer_norm_forward(1, 100, x.data(), gain.data(), bias.data(), 0, y.data(), &mean, &rstd);
  EXPECT_FLOAT_EQ(rstd, 2);
  EXPECT_FLOAT_EQ(y[1], 1);
}

TEST_P(SpecialValues, CrossEntropyOfARowWithScaleZeroHasNoGradient) {
  const Numbers x(20, 0.5f);
  Numbers dx(20, kNaN);
  const int32_t label = 3;
  const float lse = std::log(20.0f) + 0.5f, scale = 0;
  cross_entropy_backward(1, 20, x.data(), &label, &lse, &scale, 0, dx.data());
  for (float value : dx) EXPECT_EQ(value, 0);
}

INSTANTIATE_TEST_SUITE_P(Isas, SpecialValues,
                         testing::Values(Isa::reference, Isa::v2, Isa::v3, Isa::v4),
                         [](const auto& isa) { return std::string(to_string(isa.param)); });

}  // namespace
}  // namespace reprise::kernels
