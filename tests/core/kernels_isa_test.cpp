#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "core/error.h"
#include "core/gemm.h"
#include "core/kernels/isa.h"

namespace reprise {
namespace {

using kernels::Isa;

TEST(IsaChoice, NamesAreReversible) {
  for (Isa isa : {Isa::reference, Isa::v2, Isa::v3, Isa::v4}) {
    EXPECT_EQ(kernels::isa_named(to_string(isa)), isa);
  }
  for (GemmBackend b : {GemmBackend::reference, GemmBackend::openblas, GemmBackend::onednn}) {
    EXPECT_EQ(gemm_backend_named(to_string(b)), b);
  }
  EXPECT_THROW(kernels::isa_named("V4"), Error);
  EXPECT_THROW(gemm_backend_named(""), Error);
}

TEST(IsaChoice, LevelsIncludeLowerOnes) {
  EXPECT_TRUE(kernels::is_available(Isa::reference));
  EXPECT_GE(kernels::is_available(Isa::v2), kernels::is_available(Isa::v3));
  EXPECT_GE(kernels::is_available(Isa::v3), kernels::is_available(Isa::v4));
}

// The environment is read once in a process: in a new one each time.
[[noreturn]] void report(const char* variable, const char* value) {
  setenv(variable, value, 1);
  try {
    std::fprintf(stderr, "chose %s and %s", std::string(to_string(kernels::isa())).c_str(),
                 std::string(to_string(gemm_backend())).c_str());
    std::_Exit(0);
  } catch (const Error& error) {
    std::fputs(error.what(), stderr);
    std::_Exit(static_cast<int>(error.code()));
  }
}

TEST(IsaChoiceDeathTest, FollowsTheEnvironmentOrSaysWhyNot) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const testing::ExitedWithCode fine(0), unavailable(static_cast<int>(ExitCode::unavailable));
  EXPECT_EXIT(report("REPRISE_ISA", "reference"), fine, "chose reference and");
  EXPECT_EXIT(report("REPRISE_ISA", "v5"), unavailable, "'v5' is no instruction set");
  EXPECT_EXIT(report("REPRISE_GEMM", "reference"), fine, "and reference");
  EXPECT_EXIT(report("REPRISE_GEMM", "mkl"), unavailable, "'mkl' is no backend");
}

}  // namespace
}  // namespace reprise
