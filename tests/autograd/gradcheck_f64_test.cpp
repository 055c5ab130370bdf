// The check finds the mistakes that it is made for: each function here has one.
#include "autograd/gradcheck.h"

#include <gtest/gtest.h>

#include "autograd/ops.h"
#include "tests/autograd/testing.h"

namespace reprise::testing {

namespace {

using Inputs = std::span<const Variable>;

// y = 2x, with a backward as the test wants it.
template <class Backward>
GradcheckResult check_twice(const Backward& backward) {
  return gradcheck(
      [&](Inputs x) {
        return record("twice", scale(Variable(x[0].value()), 2).value(), {x[0]}, backward);
      },
      {pattern({2, 3})});
}

TEST(Gradcheck, AcceptsARightBackward) {
  const auto result = check_twice([](const Tensor& dy, InputGrads& dx) {
    const Sink d = dx.into(0);
    for (int64_t i = 0; i < dy.numel(); ++i) {
      d.data()[i] = (d.beta == 0 ? 0 : d.data()[i]) + 2 * dy.data()[i];
    }
  });
  EXPECT_LT(result.error, 1e-10) << result.where;
}

TEST(Gradcheck, FindsAWrongFactor) {
  const auto result = check_twice([](const Tensor& dy, InputGrads& dx) {
    const Sink d = dx.into(0);
    for (int64_t i = 0; i < dy.numel(); ++i) {
      d.data()[i] = (d.beta == 0 ? 0 : d.data()[i]) + 2.00001 * dy.data()[i];
    }
  });
  EXPECT_GT(result.error, 1e-6);
  EXPECT_LT(result.error, 1e-4);
  EXPECT_NE(result.where.find("input 0"), std::string::npos) << result.where;
}

TEST(Gradcheck, FindsAContributionThatOverwrites) {
  const auto result = check_twice([](const Tensor& dy, InputGrads& dx) {
    const Sink d = dx.into(0);
    for (int64_t i = 0; i < dy.numel(); ++i) d.data()[i] = 2 * dy.data()[i];
  });
  EXPECT_GT(result.error, 0.1);
}

TEST(Gradcheck, FindsAMissingGradient) {
  EXPECT_GT(check_twice([](const Tensor&, InputGrads&) {}).error, 0.1);
}

// A large result would be where tanh is flat, and its gradient too small to be compared.
TEST(Gradcheck, FindsAWrongFactorInLargeValues) {
  const auto result = gradcheck(
      [](Inputs x) {
        return record("thousandfold", scale(Variable(x[0].value()), 1000).value(), {x[0]},
                      [](const Tensor& dy, InputGrads& dx) {
                        dx.pass(0, scale(Variable(dy), 1001).value());
                      });
      },
      {pattern({2, 3})});
  EXPECT_GT(result.error, 1e-4);
}

TEST(Gradcheck, FindsNotANumber) {
  const auto result = check_twice([](const Tensor& dy, InputGrads& dx) {
    dx.pass(0, Tensor::full(dy.shape(), NAN));
  });
  EXPECT_TRUE(std::isinf(result.error));
}

// Right when both inputs want a gradient, wrong when only the second one does.
TEST(Gradcheck, FindsAWrongAnswerForOneInputAlone) {
  const auto result = gradcheck(
      [](Inputs x) {
        return record("add", add(Variable(x[0].value()), Variable(x[1].value())).value(),
                      {x[0], x[1]}, [](const Tensor& dy, InputGrads& dx) {
                        if (!dx.wants(0)) return;
                        dx.pass(0, dy);
                        if (dx.wants(1)) dx.pass(1, dy);
                      });
      },
      {pattern({2, 3}), pattern({2, 3}, 1)});
  EXPECT_GT(result.error, 0.1);
  EXPECT_NE(result.where.find("input 1 alone"), std::string::npos) << result.where;
}

TEST(Gradcheck, LeavesTheInputsAlone) {
  const Tensor x = pattern({2, 3});
  gradcheck([](Inputs in) { return square(in[0]); }, {x});
  EXPECT_TRUE(same_bits(x, pattern({2, 3})));
}

}  // namespace

}  // namespace reprise::testing
