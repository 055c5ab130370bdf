#include "core/packed_matrix.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

#include "core/error.h"
#include "core/kernels.h"
#include "core/parallel.h"
#include "core/rng.h"

namespace reprise {
namespace {

Tensor random(int64_t rows, int64_t cols, uint64_t seed) {
  Tensor x = Tensor::empty({rows, cols});
  for (int64_t i = 0; i < x.numel(); ++i) {
    x.data()[i] = static_cast<real>(random_bits(RandomKey(seed), i)[0] * 0x1p-31 - 1);
  }
  return x;
}

template <class Number>
Tensor in_numbers(const Tensor& x) {
  if constexpr (std::is_same_v<Number, real>) return x;
  Tensor y = Tensor::empty(x.shape(), DType::bf16);
  kernels::narrow(x.numel(), x.data(), y.data<BFloat16>());
  return y;
}

template <class Number>
double rounded(real x) {
  if constexpr (std::is_same_v<Number, real>) return x;
  return to_float(to_bfloat16(x));
}

template <class Number>
constexpr Precision precision_of =
    std::is_same_v<Number, real> ? Precision::float32 : Precision::bfloat16;

// c = beta c + a b + bias against the definition, to 1e-6 of the sum of magnitudes; and the same bits
// in tiles that only the epilogue sees.
template <class Number>
void check(Transpose tb, int64_t m, int64_t n, int64_t k, real beta) {
  SCOPED_TRACE(fmt::format("tb {} m {} n {} k {} beta {}", int(tb), m, n, k, beta));
  const bool turned = tb == Transpose::yes;
  const Tensor a = random(m, k, 1), b = random(turned ? n : k, turned ? k : n, 2);
  const Tensor bias = random(1, n, 3), before = random(m, n, 4);
  const Tensor c = before.clone(), narrow = in_numbers<Number>(a);
  if (beta == 0) c.fill(std::numeric_limits<double>::quiet_NaN());  // then c is not read
  const PackedMatrix packed(tb, b, precision_of<Number>, Purpose::other);
  ASSERT_EQ(packed.k(), k);
  ASSERT_EQ(packed.n(), n);
  gemm(m, narrow.data<Number>(), k, packed, beta, c.data(), n,
       [&](const Epilogue::Tile& tile) { kernels::add_bias(tile, bias.data()); });
  int wrong = 0;
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      double sum = bias.data()[j] + (beta == 0 ? 0 : beta * before.data()[i * n + j]);
      double magnitude = 2;
      for (int64_t l = 0; l < k; ++l) {
        const real right = turned ? b.data()[j * k + l] : b.data()[l * n + j];
        const double term = rounded<Number>(a.data()[i * k + l]) * rounded<Number>(right);
        sum += term;
        magnitude += std::abs(term);
      }
      wrong += !(std::abs(c.data()[i * n + j] - sum) <= 1e-6 * magnitude);
    }
  }
  EXPECT_EQ(wrong, 0);
  if (beta != 0) return;
  const Tensor seen = Tensor::zeros({m, n});
  gemm(m, narrow.data<Number>(), k, packed, 0, nullptr, 0, [&](const Epilogue::Tile& tile) {
    EXPECT_EQ(tile.row % Epilogue::kRowStep, 0);
    kernels::add_bias(tile, bias.data());
    for (int64_t r = 0; r < tile.rows; ++r) {
      std::copy_n(tile.c + r * tile.ldc, tile.cols, seen.data() + (tile.row + r) * n + tile.col);
    }
  });
  EXPECT_EQ(std::memcmp(seen.raw(), c.raw(), c.bytes()), 0);
}

template <class Number>
class PackedMatrices : public testing::Test {};
using NumberTypes = testing::Types<real, BFloat16>;
TYPED_TEST_SUITE(PackedMatrices, NumberTypes);

TYPED_TEST(PackedMatrices, MultiplyAsDefined) {
  for (const Transpose tb : {Transpose::no, Transpose::yes}) {
    for (const int64_t m : {1, 15, 16, 17, 63, 64, 65, 200}) {
      for (const real beta : {0.0f, 1.0f, 0.5f}) {
        check<TypeParam>(tb, m, 24, 40, beta);
        check<TypeParam>(tb, m, 128, 64, beta);
      }
    }
    for (const int64_t n : {1, 7, 63, 64, 65, 130, 1100}) check<TypeParam>(tb, 33, n, 37, 0);
    for (const int64_t k : {1, 2, 3, 31, 33, 513}) check<TypeParam>(tb, 33, 70, k, 1);
    check<TypeParam>(tb, 640, 320, 96, 0);
  }
}

TYPED_TEST(PackedMatrices, HaveTheSameBitsOnAnyNumberOfThreads) {
  const Tensor a = in_numbers<TypeParam>(random(600, 256, 1)), b = random(320, 256, 2);
  const int before = threads();
  std::vector<real> first;
  for (const int count : {1, 2, 3, 8}) {
    set_threads(count);
    const PackedMatrix packed(Transpose::yes, b, precision_of<TypeParam>, Purpose::other);
    const Tensor c = Tensor::empty({600, 320});
    gemm(600, a.data<TypeParam>(), 256, packed, 0, c.data(), 320);
    const std::vector<real> bits(c.data(), c.data() + c.numel());
    if (first.empty()) first = bits;
    EXPECT_EQ(bits, first) << count;
  }
  set_threads(before);
}

TEST(PackedMatrix, OfAllBackendsAgree) {
  const Tensor a = random(200, 96, 1), b = random(130, 96, 2), wanted = Tensor::zeros({200, 130});
  const GemmBackend before = gemm_backend();
  set_gemm_backend(GemmBackend::reference);
  gemm(200, a.data(), 96, PackedMatrix(Transpose::yes, b, Precision::float32, Purpose::other), 0,
       wanted.data(), 130);
  for (const GemmBackend backend : {GemmBackend::openblas, GemmBackend::onednn}) {
    try {
      set_gemm_backend(backend);
    } catch (const Error&) {
      continue;  // not in this build
    }
    const Tensor c = Tensor::zeros({200, 130});
    gemm(200, a.data(), 96, PackedMatrix(Transpose::yes, b, Precision::float32, Purpose::other), 0,
         c.data(), 130);
    for (int64_t i = 0; i < c.numel(); ++i) EXPECT_NEAR(c.item(i), wanted.item(i), 1e-4);
  }
  set_gemm_backend(before);
}

}  // namespace
}  // namespace reprise
