#include "tools/trainer/tasks/correlation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/error.h"

namespace reprise {
namespace {

using Row = std::vector<double>;

// Numbers with the name of a function are SciPy 1.17.1's, of the same rows. Both have ties.
const Row kFirst = {0.5, 2, 2, 3.5, -1, 4, 2};
const Row kSecond = {1, 3, 2.5, 3, 0, 3, 7};

// x * scale + offset
Row moved(Row x, double scale, double offset) {
  for (double& v : x) v = v * scale + offset;
  return x;
}

TEST(Pearson, IsSciPys) {
  EXPECT_NEAR(pearson(kFirst, kSecond), 0.5259607013368096, 1e-15);  // pearsonr
  EXPECT_NEAR(pearson(kSecond, kFirst), 0.5259607013368096, 1e-15);
}

TEST(Pearson, DoesNotChangeWithScaleAndOffset) {
  const double expected = pearson(kFirst, kSecond);
  EXPECT_NEAR(pearson(moved(kFirst, 1, 1e9), kSecond), expected, 1e-14);
  EXPECT_NEAR(pearson(moved(kFirst, 1e200, 0), kSecond), expected, 1e-14);
  EXPECT_NEAR(pearson(moved(kFirst, 1e-200, 0), kSecond), expected, 1e-14);
  EXPECT_NEAR(pearson(moved(kFirst, -3, 0), kSecond), -expected, 1e-14);
}

TEST(Pearson, OfALineIsWithinOne) {
  const Row line = {0.7, 0.4, 0.2};  // the products of its deviations add up to 1 + 2e-16
  EXPECT_NEAR(pearson(line, moved(line, 3, 1)), 1, 1e-15);
  EXPECT_LE(pearson(line, line), 1);
  EXPECT_GE(pearson(line, moved(line, -1, 0)), -1);
}

TEST(Pearson, IsNotDefinedForFewerThanTwoPairs) {
  EXPECT_TRUE(std::isnan(pearson({}, {})));
  EXPECT_TRUE(std::isnan(pearson(Row{1}, Row{2})));
}

// The mean of ten times 0.1 isn't 0.1.
TEST(Pearson, IsNotDefinedForAConstant) {
  const Row constant(10, 0.1), rising = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  EXPECT_TRUE(std::isnan(pearson(constant, rising)));
  EXPECT_TRUE(std::isnan(pearson(rising, constant)));
}

TEST(Pearson, RefusesDifferentLengths) {
  EXPECT_THROW(pearson(Row{1, 2}, Row{1, 2, 3}), UsageError);
}

TEST(Spearman, SharesRanksOfEqualNumbersAsSciPy) {
  EXPECT_NEAR(spearman(kFirst, kSecond), 0.6923076923076924, 1e-15);  // spearmanr
}

TEST(Spearman, LooksAtOrderOnly) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_NEAR(spearman(Row{1, 2, 3, 4}, Row{1, 10, 100, infinity}), 1, 1e-15);
  EXPECT_NEAR(spearman(Row{1, 2, 3, 4}, Row{9, 3, 2, -7}), -1, 1e-15);
}

TEST(Spearman, IsNotDefinedForAConstantOrFewerThanTwo) {
  EXPECT_TRUE(std::isnan(spearman(Row{1, 2, 3}, Row{5, 5, 5})));
  EXPECT_TRUE(std::isnan(spearman(Row{1}, Row{5})));
  EXPECT_TRUE(std::isnan(spearman({}, {})));
}

TEST(Correlation, OfWhatIsNotFiniteIsNaN) {
  const Row broken = {1, std::nan(""), 3, 2}, whole = {1, 2, 3, 4};
  EXPECT_TRUE(std::isnan(pearson(broken, whole)));
  EXPECT_TRUE(std::isnan(spearman(broken, whole)));
  EXPECT_TRUE(
      std::isnan(pearson(Row{1, 2, std::numeric_limits<double>::infinity()}, Row{1, 2, 3})));
}

TEST(Spearman, RefusesDifferentLengths) {
  EXPECT_THROW(spearman(Row{1, 2}, Row{1, 2, 3}), UsageError);
}

}  // namespace
}  // namespace reprise
