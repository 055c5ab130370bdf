#include "core/svd.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"

namespace reprise {
namespace {

std::vector<double> pattern(int64_t n) {
  std::vector<double> numbers(n);
  for (int64_t i = 0; i < n; ++i) numbers[i] = std::sin(1.0 + 0.7 * static_cast<double>(i * i % 91));
  return numbers;
}

double squared_distance(const std::vector<double>& matrix, const LowRankFactors& f, int64_t rows,
                        int64_t cols, int64_t rank) {
  double sum = 0;
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < cols; ++j) {
      double product = 0;
      for (int64_t r = 0; r < rank; ++r) product += f.left[i * rank + r] * f.right[r * cols + j];
      sum += std::pow(matrix[i * cols + j] - product, 2);
    }
  }
  return sum;
}

// What is lost at each rank is the tail of the squared singular values, for high and for wide matrices.
TEST(LowRank, LosesTheTailOfTheSpectrum) {
  for (const auto& [rows, cols] : {std::pair<int64_t, int64_t>{7, 4}, {4, 7}, {5, 5}}) {
    const std::vector<double> matrix = pattern(rows * cols);
    for (int64_t rank = 0; rank <= std::min(rows, cols); ++rank) {
      const LowRankFactors f = low_rank_factors(matrix, rows, cols, rank);
      double tail = 0;
      for (size_t i = rank; i < f.singular_values.size(); ++i) tail += std::pow(f.singular_values[i], 2);
      EXPECT_NEAR(squared_distance(matrix, f, rows, cols, rank), tail, 1e-12) << rows << " " << rank;
    }
  }
}

TEST(LowRank, FixesSigns) {
  std::vector<double> matrix = pattern(12);
  const LowRankFactors f = low_rank_factors(matrix, 4, 3, 3);
  for (int r = 0; r < 3; ++r) {
    double largest = 0;
    for (int i = 0; i < 4; ++i) {
      if (std::abs(f.left[i * 3 + r]) > std::abs(largest)) largest = f.left[i * 3 + r];
    }
    EXPECT_GT(largest, 0) << r;
  }
}

TEST(LowRank, RefusesWhatItCannotTake) {
  EXPECT_THROW(low_rank_factors(pattern(12), 4, 3, 4), UsageError);
  EXPECT_THROW(low_rank_factors(pattern(11), 4, 3, 2), UsageError);
  std::vector<double> matrix = pattern(12);
  matrix[3] = std::nan("");
  EXPECT_THROW(low_rank_factors(matrix, 4, 3, 2), Error);
}

}  // namespace
}  // namespace reprise
