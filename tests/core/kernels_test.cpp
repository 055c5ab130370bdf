// What every kernel is tested for (kernel_cases.h), and the kernels of elements, sums, tables and
// optimizers. The others are in kernels_activations_test.cpp and kernels_rows_test.cpp.
#include <array>
#include <utility>

#include "tests/core/kernel_cases.h"

namespace reprise::kernels {
namespace {

Kernel adam(const std::string& name, bool decoupled) {
  return {name, false, 1e-6, [decoupled](int64_t rows, int64_t cols, float) {
            const int64_t n = rows * cols;
            const AdamStep step{0.01, 0.9, 0.999, 1e-6, 0.1, 0.19, 0.002, decoupled};
            const Numbers g = random(n, 1);
            Numbers m = random(n, 2, 0.1), v = positive(n, 3), w = random(n, 4);
            adam_update(n, step, 0.5f, g.data(), m.data(), v.data(), w.data());
            append(m, v);
            append(m, w);
            return m;
          }};
}

Numbers run_sums(int64_t rows, int64_t cols, float) {
  const Numbers x = random(rows * cols, 1);
  return {static_cast<float>(sum(rows * cols, x.data())),
          static_cast<float>(sum_of_squares(rows * cols, x.data())),
          static_cast<float>(all_finite(rows * cols, x.data()))};
}

Numbers run_scatter(int64_t rows, int64_t cols, float beta) {
  constexpr int64_t kTable = 5;
  const Numbers dy = random(rows * cols, 1);
  Numbers dst = destination(kTable * cols, beta);
  scatter_add_rows(rows, cols, dy.data(), ids_below(rows, kTable - 1, 2).data(), kTable, beta,
                   dst.data());
  return dst;
}

std::vector<Kernel> kernels() {
  return {
      {"scale_add", true, 1e-7,
       [](int64_t rows, int64_t cols, float beta) {
         Numbers x = random(rows * cols, 1), dst = destination(rows * cols, beta);
         scale_add(rows * cols, 0.7f, x.data(), beta, dst.data());
         return dst;
       }},
      {"multiply_add", true, 1e-7,
       [](int64_t rows, int64_t cols, float beta) {
         const Numbers x = random(rows * cols, 1), y = random(rows * cols, 2);
         Numbers dst = destination(rows * cols, beta);
         multiply_add(rows * cols, x.data(), y.data(), beta, dst.data());
         return dst;
       }},
      {"add_bias", false, 0,
       [](int64_t rows, int64_t cols, float) {
         Numbers c = random(rows * (cols + 3), 1);  // a tile of a wider matrix
         const Numbers bias = random(cols + 5, 2);
         add_bias({7, 5, rows, cols, c.data(), cols + 3}, bias.data());
         return c;
       }},
      {"transpose", false, 0,
       [](int64_t rows, int64_t cols, float) {
         const Numbers x = random(rows * cols, 1);
         Numbers y(x.size()), back(x.size());
         transpose(rows, cols, x.data(), y.data());
         transpose(cols, rows, y.data(), back.data());
         EXPECT_EQ(x, back);
         if (rows > 1 && cols > 1) {
           EXPECT_EQ(y[1], x[cols]);
         }
         return y;
       }},
      {"sum_rows", true, 1e-6,
       [](int64_t rows, int64_t cols, float beta) {
         const Numbers x = random(rows * cols, 1);
         Numbers dst = destination(cols, beta);
         sum_rows(rows, cols, x.data(), beta, dst.data());
         return dst;
       }},
      {"bfloat16", false, 0,
       [](int64_t rows, int64_t cols, float) {
         Numbers x = random(rows * cols, 1, 1e3), y(x.size());
         const Numbers special = {kNaN, kInfinity, -kInfinity, 1.00390625f, 1.01171875f, 3.4e38f, 0};
         std::copy_n(special.begin(), std::min(special.size(), x.size()), x.begin());
         std::vector<BFloat16> narrowed(x.size());
         narrow(rows * cols, x.data(), narrowed.data());
         widen(rows * cols, narrowed.data(), y.data());
         for (size_t i = 0; i < x.size(); ++i) {
           EXPECT_EQ(narrowed[i].bits, to_bfloat16(x[i]).bits) << x[i];
           EXPECT_TRUE(same_bits({y[i]}, {to_float(narrowed[i])})) << x[i];
           if (!std::isfinite(y[i])) y[i] = 0;  // NaNs are never equal
         }
         return y;
       }},
      {"sums", false, 1e-6, run_sums},
      {"narrowing_sums", true, 1e-6,
       [](int64_t rows, int64_t cols, float beta) {
         const Numbers x = random(rows * cols, 1), before = destination(cols, beta);
         Numbers sums = before, wanted = before;
         std::vector<BFloat16> y(x.size());
         sum_rows_and_narrow(rows, cols, x.data(), y.data(), beta, sums.data());
         sum_rows(rows, cols, x.data(), beta, wanted.data());
         EXPECT_TRUE(same_bits(sums, wanted));
         for (size_t i = 0; i < x.size(); ++i) EXPECT_EQ(y[i].bits, to_bfloat16(x[i]).bits);
         return sums;
       }},
      {"add_bias_in_bfloat16", false, 0.01,
       [](int64_t rows, int64_t cols, float) {
         Numbers x = random(rows * cols, 1), wide = x;
         const Numbers bias = random(cols, 2);
         std::vector<BFloat16> y((rows + 1) * (cols + 3));
         add_bias({1, 0, rows, cols, wide.data(), cols}, bias.data());
         add_bias({1, 0, rows, cols, x.data(), cols}, bias.data(), cols + 3, y.data());
         for (int64_t i = 0; i < rows * cols; ++i) {
           EXPECT_EQ(y[(1 + i / cols) * (cols + 3) + i % cols].bits, to_bfloat16(wide[i]).bits);
         }
         return wide;
       }},
      {"gather_rows", false, 0,
       [](int64_t rows, int64_t cols, float) {
         const Numbers table = random(7 * cols, 1);
         Numbers y(rows * cols);
         gather_rows(rows, cols, table.data(), ids_below(rows, 7, 2).data(), y.data());
         return y;
       }},
      {"scatter_add_rows", true, 0, run_scatter},
      adam("adam_decoupled", true),
      adam("adam_coupled", false),
  };
}

struct Size {
  int64_t rows, cols;
};
constexpr Size kSizes[] = {{0, 5},  {1, 0},  {3, 1},  {3, 2},    {1, 7},   {2, 8},    {3, 9},
                           {2, 15}, {2, 16}, {5, 17}, {130, 31}, {3, 128}, {2, 1000}, {70, 257}};

std::vector<Isa> vector_isas() {
  std::vector<Isa> all;
  for (Isa isa : {Isa::v2, Isa::v3, Isa::v4}) {
    if (is_available(isa)) all.push_back(isa);
  }
  return all;
}

TEST_P(KernelTest, EveryIsaMatchesTheReference) {
  const Kernel& kernel = GetParam();
  for (const auto& [rows, cols] : kSizes) {
    for (float beta : betas()) {
      set_isa(Isa::reference);
      const Numbers wanted = kernel.run(rows, cols, beta);
      for (Isa isa : vector_isas()) {
        SCOPED_TRACE(fmt::format("{} [{}, {}] beta {}", to_string(isa), rows, cols, beta));
        set_isa(isa);
        const Numbers got = kernel.run(rows, cols, beta);
        ASSERT_EQ(got.size(), wanted.size());
        for (size_t i = 0; i < got.size(); ++i) {
          const double allowed = kernel.tolerance * (1 + std::abs(double{wanted[i]}));
          ASSERT_LE(std::abs(double{got[i]} - wanted[i]), allowed) << "element " << i;
        }
      }
    }
  }
}

TEST_P(KernelTest, VectorIsasGiveTheSameBits) {
  const std::vector<Isa> isas = vector_isas();
  for (const auto& [rows, cols] : kSizes) {
    Numbers first;
    for (Isa isa : isas) {
      set_isa(isa);
      const Numbers got = GetParam().run(rows, cols, 0);
      if (isa == isas.front()) first = got;
      EXPECT_TRUE(same_bits(got, first)) << to_string(isa) << " " << rows << " x " << cols;
    }
  }
}

TEST_P(KernelTest, SameBitsOnAnyThreads) {
  for (const auto& [rows, cols] : {Size{300, 257}, Size{3, 30000}, Size{20000, 2}}) {
    set_threads(1);
    const Numbers first = GetParam().run(rows, cols, 0.5f);
    for (int count : {2, 3, 8}) {
      set_threads(count);
      EXPECT_TRUE(same_bits(GetParam().run(rows, cols, 0.5f), first)) << count << " threads";
    }
  }
}

// What beta means, by comparison with beta 0.
TEST_P(KernelTest, BetaScalesWhatWasThere) {
  if (!GetParam().has_beta) GTEST_SKIP() << "has no beta";
  const Numbers plain = GetParam().run(9, 17, 0);
  for (float beta : {1.0f, 0.5f}) {
    const Numbers got = GetParam().run(9, 17, beta);
    Numbers before = random(static_cast<int64_t>(got.size()), 99);
    if (GetParam().name == "layer_norm_backward") {  // three outputs
      std::copy_n(before.begin(), 17, before.begin() + 9 * 17);
      std::copy_n(before.begin(), 17, before.begin() + 10 * 17);
    }
    for (size_t i = 0; i < got.size(); ++i) {
      EXPECT_FALSE(std::isnan(plain[i]));
      EXPECT_NEAR(got[i], plain[i] + beta * before[i], 1e-5) << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, KernelTest, testing::ValuesIn(kernels()), name_of);

TEST(Kernels, NarrowRoundsToTheNearestBFloat16) {
  const Numbers x = {1, 1.00390625f, 1.01171875f, 1.003906369f, -2.5f, 3.4e38f, kInfinity};
  const Numbers wanted = {1, 1, 1.015625f, 1.0078125f, -2.5f, kInfinity, kInfinity};
  std::vector<BFloat16> narrowed(x.size());
  Numbers y(x.size());
  narrow(std::ssize(x), x.data(), narrowed.data());
  widen(std::ssize(x), narrowed.data(), y.data());
  EXPECT_EQ(y, wanted);
}

TEST(Kernels, SumRowsIsAccurateOverManyRows) {
  const int64_t rows = 100000;
  const Numbers x(static_cast<size_t>(rows), 0.1f);
  float total = kNaN;
  sum_rows(rows, 1, x.data(), 0, &total);
  EXPECT_NEAR(total, rows * double{0.1f}, 0.02);  // one running float would be off by 1.4
}

TEST(Kernels, ScatterAddsRepeatedRowsInOrder) {
  const Numbers dy = {1e8f, 1, 1, 3, -1e8f, 1};  // the order shows: (1e8 + 1) - 1e8 is 0
  const std::vector<int32_t> ids = {1, 1, 1};
  Numbers dst(6, kNaN);
  scatter_add_rows(3, 2, dy.data(), ids.data(), 3, 0, dst.data());
  EXPECT_EQ(dst, (Numbers{0, 0, 0, 5, 0, 0}));
}

TEST(Kernels, AllFiniteFindsOneInAMillion) {
  Numbers x = random(1 << 20, 1);
  EXPECT_TRUE(all_finite(1 << 20, x.data()));
  for (float bad : {kNaN, kInfinity, -kInfinity}) {
    for (size_t at : {size_t{0}, size_t{777777}, x.size() - 1}) {
      const float before = std::exchange(x[at], bad);
      EXPECT_FALSE(all_finite(1 << 20, x.data()));
      x[at] = before;
    }
  }
}

}  // namespace
}  // namespace reprise::kernels
