#include "tools/commands/mcnemar.h"

#include <gtest/gtest.h>

namespace reprise {
namespace {

TEST(McNemar, IsTheExactBinomialTest) {
  EXPECT_EQ(mcnemar(0, 0), 1);
  EXPECT_EQ(mcnemar(5, 5), 1);
  EXPECT_NEAR(mcnemar(0, 5), 2.0 / 32, 1e-12);
  EXPECT_NEAR(mcnemar(2, 8), 2 * (1 + 10 + 45) / 1024.0, 1e-12);
  EXPECT_NEAR(mcnemar(8, 2), mcnemar(2, 8), 1e-15);
  EXPECT_NEAR(mcnemar(1200, 1000), 2.2e-5, 0.1e-5);  // no overflow; normal approximation 2.2e-5
}

}  // namespace
}  // namespace reprise
