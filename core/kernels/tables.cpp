// Reading and writing the rows of a table by their numbers.
#include <algorithm>
#include <cstring>

#include "core/kernels.h"
#include "core/kernels/ranges.h"

namespace reprise::kernels {

void gather_rows(int64_t n, int64_t cols, const real* table, const int32_t* ids, real* y) {
  if (cols == 0) return;
  over_rows(n, cols, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      std::memcpy(y + i * cols, table + ids[i] * cols, sizeof(real) * cols);
    }
  });
}

// Cut by columns: a task then adds all of dy to its few columns, in the order of i, whichever rows
// repeat. (Cut by rows, the tasks of a table with two rows would be two.)
void scatter_add_rows(int64_t n, int64_t cols, const real* dy, const int32_t* ids, int64_t rows,
                      real beta, real* dst) {
  constexpr int64_t kColumns = 64 / sizeof(real);  // of a task: a cache line
  scale_elements(rows * cols, beta, dst);
  parallel_ranges(cols, kColumns, [&](int64_t begin, int64_t end) {
    for (int64_t i = 0; i < n; ++i) {
      const real* from = dy + i * cols;
      real* to = dst + ids[i] * cols;
      for (int64_t c = begin; c < end; ++c) to[c] += from[c];
    }
  });
}

// Block by block through a small square: rows of either matrix may be a multiple of 4 KiB apart, and
// sixteen lines of one would push each other out of the first cache.
void transpose(int64_t rows, int64_t cols, const real* x, real* y) {
  constexpr int64_t kBlock = 16;  // a cache line of either matrix
  parallel_ranges(rows, kBlock, [&](int64_t begin, int64_t end) {
    real block[kBlock][kBlock];
    for (int64_t c = 0; c < cols; c += kBlock) {
      const int64_t wide = std::min(kBlock, cols - c), high = end - begin;
      for (int64_t r = 0; r < high; ++r) std::copy_n(x + (begin + r) * cols + c, wide, block[r]);
      for (int64_t j = 0; j < wide; ++j) {
        real* to = y + (c + j) * rows + begin;
        for (int64_t r = 0; r < high; ++r) to[r] = block[r][j];
      }
    }
  });
}

}  // namespace reprise::kernels
