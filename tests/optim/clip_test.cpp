#include "optim/clip.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/parallel.h"
#include "support.h"

namespace reprise {
namespace {

ParameterPtr with_gradient(const std::string& name, const std::vector<real>& gradient) {
  ParameterPtr parameter = named_parameter(name, {static_cast<int64_t>(gradient.size())});
  set_gradient(*parameter, gradient);
  return parameter;
}

TEST(ClipTest, NormIsOverAllGradients) {
  const ParameterPtr a = with_gradient("a", {1, 2});
  const ParameterPtr b = with_gradient("b", {2, 4, 0});
  const ParameterPtr unused = named_parameter("c", {7});
  EXPECT_DOUBLE_EQ(gradient_norm({a, b, unused}), 5);
  EXPECT_EQ(gradient_norm({unused}), 0);
  EXPECT_EQ(gradient_norm({}), 0);
}

TEST(ClipTest, NormLeavesFrozenParametersOut) {
  const ParameterPtr a = with_gradient("a", {3, 4});
  const ParameterPtr frozen = with_gradient("b", {1000});
  frozen->set_trainable(false);
  EXPECT_DOUBLE_EQ(gradient_norm({a, frozen}), 5);
}

TEST(ClipTest, NormCountsASharedParameterOnce) {
  const ParameterPtr a = with_gradient("a", {3, 4});
  EXPECT_THROW(gradient_norm({a, a}), UsageError);
}

TEST(ClipTest, NormIsExactWhereFloatIsNot) {
  // The squares are beyond float32.
  EXPECT_DOUBLE_EQ(gradient_norm({with_gradient("a", {3e30f, 4e30f})}),
                   std::hypot(double{3e30f}, double{4e30f}));
}

TEST(ClipTest, NormIsNotFiniteWhenAGradientIsNot) {
  const real infinity = std::numeric_limits<real>::infinity();
  const ParameterPtr fine = with_gradient("a", {1});
  EXPECT_FALSE(std::isfinite(gradient_norm({fine, with_gradient("b", {1, infinity})})));
  EXPECT_FALSE(std::isfinite(gradient_norm({with_gradient("b", {1, std::nanf("")}), fine})));
}

TEST(ClipTest, NormHasTheSameBitsOnAnyNumberOfThreads) {
  const int usual = threads();
  const ParameterPtr a = with_gradient("a", wave(300'001, 1));
  set_threads(1);
  const double expected = gradient_norm({a});
  for (int count : {2, 3, 8}) {
    set_threads(count);
    EXPECT_EQ(gradient_norm({a}), expected);
  }
  set_threads(usual);
}

TEST(ClipTest, FactorIsPyTorchs) {
  // torch 2.13, clip_grad_norm_ of a gradient (3, 4) in float64: factor · 3 for these limits.
  EXPECT_NEAR(3 * clip_factor(5, 1), 0.59999988000002397, 1e-16);
  EXPECT_NEAR(3 * clip_factor(5, 5), 2.9999994000001200, 1e-15);
  EXPECT_EQ(clip_factor(5, 6), 1);
}

TEST(ClipTest, ZeroTurnsItOff) { EXPECT_EQ(clip_factor(1e9, 0), 1); }

TEST(ClipTest, AZeroNormIsLeftAlone) { EXPECT_EQ(clip_factor(0, 1), 1); }

TEST(ClipTest, RefusesANormThatIsNotFinite) {
  EXPECT_THROW(clip_factor(std::nan(""), 1), UsageError);
  EXPECT_THROW(clip_factor(std::numeric_limits<double>::infinity(), 0), UsageError);
}

}  // namespace
}  // namespace reprise
