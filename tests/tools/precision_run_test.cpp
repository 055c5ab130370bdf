// Whole runs with products in bfloat16, on processors that have them.
#include "core/gemm.h"
#include "tests/tools/tiny_runs.h"

namespace reprise {
namespace {

class BFloat16Runs : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!has_bfloat16()) GTEST_SKIP() << "this processor has no bfloat16 products";
  }
};
INSTANTIATE_TEST_SUITE_P(, BFloat16Runs, testing::Values("albert", "bert"), type_name);

const TinyRuns::Arguments kNarrow = {"--set", "training.precision=bfloat16"};

TinyRuns::Arguments with(TinyRuns::Arguments arguments, const TinyRuns::Arguments& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST_P(BFloat16Runs, HaveTheSameBitsOnAnyThreads) {
  const TinyRuns runs(GetParam());
  expect_exit(runs.train("one", with(kNarrow, {"--threads", "1"})), 0);
  for (const char* threads : {"2", "3", "8"}) {
    expect_exit(runs.train(threads, with(kNarrow, {"--threads", threads})), 0);
    runs.expect_same_result("one", threads);
  }
}

// Activations computed again are rounded as they were: recomputation doesn't change the bits.
TEST_P(BFloat16Runs, AreTheSameWithRecomputation) {
  const TinyRuns runs(GetParam());
  expect_exit(runs.train("kept", kNarrow), 0);
  expect_exit(runs.train("again", with(kNarrow, {"--set", "model.recompute=true"})), 0);
  EXPECT_EQ(runs.metrics("kept"), runs.metrics("again"));
}

TEST_P(BFloat16Runs, StayNearFloat32) {
  const TinyRuns runs(GetParam());
  expect_exit(runs.train("wide"), 0);
  expect_exit(runs.train("narrow", kNarrow), 0);
  const std::vector<Json> wide = runs.metrics("wide"), narrow = runs.metrics("narrow");
  ASSERT_EQ(wide.size(), narrow.size());
  EXPECT_NE(wide, narrow);
  for (size_t i = 0; i < wide.size(); ++i) {
    if (!wide[i].contains("loss")) continue;
    EXPECT_NEAR(narrow[i]["loss"].get<double>(), wide[i]["loss"].get<double>(), 0.02) << i;
  }
}

}  // namespace
}  // namespace reprise
