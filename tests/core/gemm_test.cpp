#include "core/gemm.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <mutex>
#include <vector>

#include "core/error.h"
#include "core/kernels.h"
#include "core/parallel.h"
#include "core/rng.h"

namespace reprise {
namespace {

constexpr Transpose kFlags[] = {Transpose::no, Transpose::yes};
constexpr GemmBackend kBackends[] = {GemmBackend::reference, GemmBackend::openblas,
                                     GemmBackend::onednn};

// A matrix in rows that are longer than it is wide; what is between must stay as it was.
struct Matrix {
  int64_t rows, cols, ld;
  std::vector<float> numbers;

  Matrix(int64_t rows_, int64_t cols_, int64_t padding, uint64_t seed)
      : rows(rows_), cols(cols_), ld(cols_ + padding), numbers(rows_ * ld + 1) {
    for (size_t i = 0; i < numbers.size(); ++i) {
      numbers[i] = static_cast<float>(random_bits(RandomKey(seed), i)[0] * 0x1p-31 - 1);
    }
  }
  float at(int64_t r, int64_t c) const { return numbers[r * ld + c]; }
};

struct Case {
  Transpose ta, tb;
  int64_t m, n, k, padding;
  float beta;
};

std::string describe(const Case& t, GemmBackend backend) {
  return fmt::format("{} ta {} tb {} m {} n {} k {} padding {} beta {}",
                     to_string(backend), int(t.ta), int(t.tb), t.m, t.n, t.k, t.padding, t.beta);
}

// The product against its definition in double, to 1e-6 of the sum of magnitudes.
void check(const Case& t, GemmBackend backend, bool as_task, bool has_bias = false) {
  SCOPED_TRACE(describe(t, backend));
  const bool a_as_is = t.ta == Transpose::no, b_as_is = t.tb == Transpose::no;
  const Matrix a(a_as_is ? t.m : t.k, a_as_is ? t.k : t.m, t.padding, 1);
  const Matrix b(b_as_is ? t.k : t.n, b_as_is ? t.n : t.k, t.padding, 2);
  const Matrix before(t.m, t.n, t.padding, 3);
  const Matrix bias(1, t.n, 0, 4);
  Matrix c = before;
  if (t.beta == 0) {  // then c is not read
    for (int64_t i = 0; i < t.m; ++i) {
      std::fill_n(&c.numbers[i * c.ld], t.n, std::numeric_limits<float>::quiet_NaN());
    }
  }
  if (as_task) {
    gemm_task(t.ta, t.tb, t.m, t.n, t.k, a.numbers.data(), a.ld, b.numbers.data(), b.ld,
              t.beta, c.numbers.data(), c.ld);
  } else {
    gemm(t.ta, t.tb, t.m, t.n, t.k, a.numbers.data(), a.ld, b.numbers.data(), b.ld, t.beta,
         c.numbers.data(), c.ld, [&](const Epilogue::Tile& tile) {
      if (has_bias) kernels::add_bias(tile, bias.numbers.data());
    });
  }
  int wrong = 0;
  std::vector<double> sum(t.n), magnitude(t.n);
  for (int64_t i = 0; i < t.m; ++i) {
    sum.assign(t.n, 0), magnitude.assign(t.n, 0);
    for (int64_t l = 0; l < t.k; ++l) {
      const double left = a_as_is ? a.at(i, l) : a.at(l, i);
      for (int64_t j = 0; j < t.n; ++j) {
        const double term = left * (b_as_is ? b.at(l, j) : b.at(j, l));
        sum[j] += term;
        magnitude[j] += std::abs(term);
      }
    }
    for (int64_t j = 0; j < t.n; ++j) {
      const double wanted = sum[j] + (t.beta == 0 ? 0 : t.beta * before.at(i, j)) +
                            (has_bias ? bias.at(0, j) : 0);
      const double allowed = 1e-6 * (magnitude[j] + std::abs(t.beta) + has_bias);
      wrong += !(std::abs(c.at(i, j) - wanted) <= allowed);
    }
    for (int64_t j = t.n; j < c.ld; ++j) wrong += c.at(i, j) != before.at(i, j);
  }
  wrong += c.numbers.back() != before.numbers.back();
  EXPECT_EQ(wrong, 0);
}

class Gemm : public testing::TestWithParam<GemmBackend> {
 protected:
  void SetUp() override {
    try {
      set_gemm_backend(GetParam());
    } catch (const Error& error) {
      GTEST_SKIP() << error.what();
    }
  }
  void TearDown() override { set_gemm_backend(default_); }
  const GemmBackend default_ = gemm_backend();
};

TEST_P(Gemm, AllSmallSizesAndTransposes) {
  constexpr int64_t kSizes[] = {0, 1, 2, 3, 15, 16, 17, 63, 64, 65};
  constexpr int64_t kDepths[] = {0, 1, 2, 17, 64};
  for (Transpose ta : kFlags) {
    for (Transpose tb : kFlags) {
      for (int64_t m : kSizes) {
        for (int64_t n : kSizes) {
          for (int64_t k : kDepths) check({ta, tb, m, n, k, 3, 0.5f}, GetParam(), false);
        }
      }
    }
  }
}

TEST_P(Gemm, LongerThanItsTiles) {
  for (Transpose ta : kFlags) {
    for (Transpose tb : kFlags) {
      check({ta, tb, 257, 65, 17, 0, 0}, GetParam(), false);
      check({ta, tb, 257, 257, 130, 5, 1}, GetParam(), false);
      check({ta, tb, 260, 390, 160, 1, 0.5f}, GetParam(), false);  // cut both ways
      check({ta, tb, 70, 1000, 120, 1, 0}, GetParam(), false);
      check({ta, tb, 600, 33, 500, 0, 0}, GetParam(), false);
      check({ta, tb, 1, 257, 1000, 0, 0}, GetParam(), false);
      check({ta, tb, 257, 1, 1000, 0, 0}, GetParam(), false);
    }
  }
}

// bfloat16 is refused where it would be slow, unless somebody asked for such products.
TEST(PrecisionNames, RefuseWhatIsSlow) {
  const GemmBackend before = gemm_backend();
  const char* asked = std::getenv("REPRISE_GEMM");
  const std::string kept = asked ? asked : "";
  unsetenv("REPRISE_GEMM");
  set_gemm_backend(GemmBackend::reference);
  EXPECT_FALSE(has_bfloat16());
  EXPECT_EQ(precision_named("auto"), Precision::float32);
  EXPECT_EQ(precision_named("float32"), Precision::float32);
  EXPECT_THROW(precision_named("bfloat16"), Error);
  EXPECT_THROW(precision_named("float16"), Error);
  setenv("REPRISE_GEMM", "reference", 1);
  EXPECT_EQ(precision_named("bfloat16"), Precision::bfloat16);
  asked ? setenv("REPRISE_GEMM", kept.c_str(), 1) : unsetenv("REPRISE_GEMM");
  set_gemm_backend(before);
  EXPECT_EQ(precision_named("auto"), has_bfloat16() ? Precision::bfloat16 : Precision::float32);
}

std::vector<BFloat16> narrowed(std::vector<float>& numbers) {
  std::vector<BFloat16> narrow(numbers.size());
  for (size_t i = 0; i < numbers.size(); ++i) {
    narrow[i] = to_bfloat16(numbers[i]);
    numbers[i] = to_float(narrow[i]);
  }
  return narrow;
}

// In bfloat16, against float32 of the same numbers.
TEST_P(Gemm, MultipliesBFloat16) {
  for (Transpose ta : kFlags) {
    for (Transpose tb : kFlags) {
      for (auto [m, n, k] : {std::array{1, 1, 1}, {7, 5, 3}, {17, 64, 33}, {260, 390, 160}, {3, 2, 0}}) {
        for (float beta : {0.0f, 1.0f, 0.5f}) {
          Matrix a(ta == Transpose::no ? m : k, ta == Transpose::no ? k : m, 3, 1);
          Matrix b(tb == Transpose::no ? k : n, tb == Transpose::no ? n : k, 2, 2);
          const std::vector<BFloat16> a16 = narrowed(a.numbers), b16 = narrowed(b.numbers);
          Matrix wanted(m, n, 1, 3), c = wanted;
          gemm(ta, tb, m, n, k, a.numbers.data(), a.ld, b.numbers.data(), b.ld, beta,
               wanted.numbers.data(), wanted.ld);
          int64_t finished = 0;
          std::mutex mutex;
          gemm(ta, tb, m, n, k, a16.data(), a.ld, b16.data(), b.ld, beta, c.numbers.data(), c.ld,
               [&](const Epilogue::Tile& tile) {
            const std::lock_guard lock(mutex);
            finished += tile.rows * tile.cols;
          });
          EXPECT_EQ(finished, m * n);
          for (size_t i = 0; i < c.numbers.size(); ++i) {
            ASSERT_NEAR(c.numbers[i], wanted.numbers[i], 2e-5) << m << " " << n << " " << k << " " << i;
          }
        }
      }
    }
  }
}

TEST_P(Gemm, EndsEveryTile) {
  for (float beta : {0.0f, 1.0f}) {
    check({Transpose::no, Transpose::yes, 3, 5, 0, 1, beta}, GetParam(), false, true);
    check({Transpose::no, Transpose::yes, 17, 19, 7, 1, beta}, GetParam(), false, true);
    check({Transpose::no, Transpose::yes, 260, 390, 160, 1, beta}, GetParam(), false, true);
  }
}

TEST_P(Gemm, Beta) {
  for (float beta : {0.0f, 1.0f, 0.5f, -2.0f}) {
    for (int64_t k : {0, 1, 20}) {
      check({Transpose::no, Transpose::yes, 17, 19, k, 2, beta}, GetParam(), true);
      check({Transpose::yes, Transpose::no, 1, 19, k, 2, beta}, GetParam(), true);
      check({Transpose::no, Transpose::no, 17, 1, k, 2, beta}, GetParam(), true);
    }
  }
}

// Zero times NaN is NaN, wherever it stands.
TEST_P(Gemm, PassesNaNOn) {
  std::vector<float> a(20 * 20, 0), b(20 * 20, 1), c(20 * 20);
  b[7 * 20 + 3] = std::numeric_limits<float>::quiet_NaN();
  gemm(Transpose::no, Transpose::no, 20, 20, 20, a.data(), 20, b.data(), 20, 0, c.data(), 20);
  for (int i = 0; i < 20; ++i) {
    for (int j = 0; j < 20; ++j) EXPECT_EQ(std::isnan(c[i * 20 + j]), j == 3);
  }
}

TEST_P(Gemm, SameBitsOnAnyThreadsAndAddress) {
  struct {
    int64_t m, n, k;
  } shapes[] = {{512, 768, 768}, {100, 3000, 128}, {300, 300, 300}, {130, 120, 2048}};
  const int threads_before = threads();
  for (const auto& [m, n, k] : shapes) {
    if (GetParam() == GemmBackend::reference && m * n * k > 1e8) continue;  // slow
    const Matrix a(m, k, 0, 1), b(k, n, 0, 2);
    std::vector<float> a2(a.numbers.size() + 1);
    std::copy(a.numbers.begin(), a.numbers.end(), a2.begin() + 1);
    std::vector<float> first;
    for (int count : {1, 2, 3, 8}) {
      set_threads(count);
      Matrix c(m, n, 0, 3);
      const float* from = count == 3 ? a2.data() + 1 : a.numbers.data();
      gemm(Transpose::no, Transpose::no, m, n, k, from, k, b.numbers.data(), n, 1, c.numbers.data(),
           n);
      if (first.empty()) first = c.numbers;
      EXPECT_EQ(std::memcmp(first.data(), c.numbers.data(), first.size() * sizeof(float)), 0)
          << m << " x " << n << " x " << k << " on " << count << " threads";
    }
  }
  set_threads(threads_before);
}

INSTANTIATE_TEST_SUITE_P(Backends, Gemm, testing::ValuesIn(kBackends),
                         [](const auto& backend) { return std::string(to_string(backend.param)); });

}  // namespace
}  // namespace reprise
