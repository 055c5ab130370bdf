#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/error.h"
#include "core/kernels.h"
#include "core/kernels/isa.h"

namespace reprise::kernels {
namespace {

using Numbers = std::vector<float>;

Numbers drop(int64_t rows, int64_t cols, float p, RandomKey key, const int32_t* place = nullptr) {
  const Numbers x(static_cast<size_t>(rows * cols), 1);
  Numbers y(x.size());
  dropout(rows, cols, p, key, place, x.data(), 0, y.data());
  return y;
}

TEST(Dropout, KeepsTheShareItShould) {
  constexpr int64_t kRows = 500, kCols = 1001;
  for (float p : {0.1f, 0.5f, 0.9f}) {
    const Numbers y = drop(kRows, kCols, p, RandomKey(1));
    double kept = 0;
    for (float value : y) kept += value != 0;
    const double n = kRows * kCols, deviation = std::sqrt(n * p * (1 - p));
    EXPECT_NEAR(kept, n * (1 - p), 4 * deviation) << p;
    for (float value : y) {
      if (value == 0) continue;
      ASSERT_NEAR(value * (1 - p), 1, 1e-4) << p;  // p is a multiple of 2^-16
    }
  }
}

// Neighbours in a row, in a column and under another key agree as often as independent ones do.
TEST(Dropout, NumbersAreIndependent) {
  constexpr int64_t kRows = 400, kCols = 400;
  const Numbers y = drop(kRows, kCols, 0.5f, RandomKey(2));
  const Numbers other = drop(kRows, kCols, 0.5f, RandomKey(3));
  int64_t across = 0, down = 0, keys = 0;
  for (int64_t r = 1; r < kRows; ++r) {
    for (int64_t c = 1; c < kCols; ++c) {
      across += y[r * kCols + c] == y[r * kCols + c - 1];
      down += y[r * kCols + c] == y[(r - 1) * kCols + c];
      keys += y[r * kCols + c] == other[r * kCols + c];
    }
  }
  const double n = (kRows - 1) * (kCols - 1);
  for (int64_t count : {across, down, keys}) EXPECT_NEAR(count, n / 2, 4 * std::sqrt(n) / 2);
}

TEST(Dropout, IsAFunctionOfKeyPlaceAndColumn) {
  constexpr int64_t kCols = 300;
  const Numbers y = drop(50, kCols, 0.3f, RandomKey(4));
  const std::vector<int32_t> place = {49, 7, 7};
  const Numbers some = drop(3, kCols, 0.3f, RandomKey(4), place.data());
  for (int64_t i = 0; i < 3; ++i) {
    for (int64_t c = 0; c < kCols; ++c) {
      ASSERT_EQ(some[i * kCols + c], y[place[i] * kCols + c]);
    }
  }
  const Numbers narrow = drop(50, 123, 0.3f, RandomKey(4));
  for (int64_t c = 0; c < 123; ++c) ASSERT_EQ(narrow[20 * 123 + c], y[20 * kCols + c]);
}

// The numbers that the header promises, from core/rng.h itself.
TEST(Dropout, TakesSixteenBitsOfPhiloxEach) {
  const RandomKey key(0xfedcba9876543210);
  const std::vector<int32_t> place = {1234567};
  for (Isa isa_name : {Isa::reference, Isa::v2, Isa::v3, Isa::v4}) {
    if (!is_available(isa_name)) continue;
    const Isa before = isa();
    set_isa(isa_name);
    const Numbers y = drop(1, 1000, 0.25f, key, place.data());
    set_isa(before);
    for (uint64_t c = 0; c < 1000; ++c) {
      const uint32_t number = random_bits(key, c / 8, 1234567)[c % 8 / 2] >> (c % 2 * 16) & 0xffff;
      ASSERT_EQ(y[c] != 0, number >= 16384) << to_string(isa_name) << " column " << c;
    }
  }
}

TEST(Dropout, OfNothingOfAllAndOfNonsense) {
  const Numbers x = {1, -2, 3}, before = {5, 5, 5};
  Numbers y = before;
  dropout(1, 3, 0, RandomKey(1), nullptr, x.data(), 1, y.data());
  EXPECT_EQ(y, (Numbers{6, 3, 8}));
  y = before;
  dropout(1, 3, 1, RandomKey(1), nullptr, x.data(), 0, y.data());
  for (float value : y) EXPECT_EQ(value, 0);
  for (float p : {-0.1f, 1.1f, std::nanf("")}) {
    EXPECT_THROW(dropout(1, 3, p, RandomKey(1), nullptr, x.data(), 0, y.data()), UsageError);
  }
}

}  // namespace
}  // namespace reprise::kernels
