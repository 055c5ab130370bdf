// How kernels cut their work: by sizes alone, so that the bits don't depend on the threads.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/dtype.h"
#include "core/parallel.h"

namespace reprise::kernels {

// Elements of a task: long enough (about 5 µs) to pay for handing it out, short enough to balance.
inline constexpr int64_t kTaskElements = 16384;

// The bits, which row kernels take: they know no C++ types of ours. Null for no numbers.
inline uint16_t* bits_of(BFloat16* x) { return reinterpret_cast<uint16_t*>(x); }
inline const uint16_t* bits_of(const BFloat16* x) { return reinterpret_cast<const uint16_t*>(x); }

// body(begin, end) over ranges of rows that have about kTaskElements numbers.
template <class Body>
void over_rows(int64_t rows, int64_t cols, const Body& body) {
  parallel_ranges(rows, std::max<int64_t>(1, kTaskElements / std::max<int64_t>(1, cols)), body);
}

// body(begin, end) over ranges of n elements.
template <class Body>
void over_elements(int64_t n, const Body& body) {
  parallel_ranges(n, kTaskElements, body);
}

// dst = beta dst, on the calling thread
inline void scale_in_place(int64_t n, real beta, real* dst) {
  if (beta == 0) {
    std::fill_n(dst, n, real{0});
  } else if (beta != 1) {
    for (int64_t i = 0; i < n; ++i) dst[i] *= beta;
  }
}

// dst = beta dst
inline void scale_elements(int64_t n, real beta, real* dst) {
  if (beta == 1) return;
  over_elements(n, [&](int64_t begin, int64_t end) { scale_in_place(end - begin, beta, dst + begin); });
}

}  // namespace reprise::kernels
