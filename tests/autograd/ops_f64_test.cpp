// Every op's backward against differences of its forward; see op_table.h for the rows.
#include <gtest/gtest.h>

#include "autograd/gradcheck.h"
#include "core/parallel.h"
#include "tests/autograd/op_table.h"

namespace reprise::testing {

class OpGradient : public ::testing::TestWithParam<OpCase> {};

TEST_P(OpGradient, AgreesWithDifferences) {
  set_threads(1);  // nothing here is worth a second one
  const GradcheckResult result = gradcheck(GetParam().function, make_inputs(GetParam()));
  EXPECT_LT(result.error, 1e-7) << result.where;
}

INSTANTIATE_TEST_SUITE_P(Ops, OpGradient, ::testing::ValuesIn(op_cases()),
                         [](const auto& test) { return test.param.name; });

}  // namespace reprise::testing
