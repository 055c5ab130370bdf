// Best approximations of a matrix by one of low rank (Eckart & Young 1936), by LAPACK, in double.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace reprise {

struct LowRankFactors {
  std::vector<double> left;             // [rows, rank]: U √S
  std::vector<double> right;            // [rank, cols]: √S Vᵀ
  std::vector<double> singular_values;  // all of the matrix, descending
};

// matrix [rows, cols] by rows; rank is at most the smaller side, else UsageError. Signs are fixed: of each
// column of U the entry of largest magnitude is positive, the first of several. Throws DataError when the
// matrix has numbers that aren't finite.
LowRankFactors low_rank_factors(std::span<const double> matrix, int64_t rows, int64_t cols,
                                int64_t rank);

}  // namespace reprise
