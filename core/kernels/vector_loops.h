// The shapes of loops that vector.cpp is made of. Only for vector.cpp, as vector_math.h.
//
// Note [Lanes]
// The compiler may not change the order of a sum, so one running sum would not be vectorized. Sums
// here run in 32 lanes, element i in lane i mod 32, and what is left over in 8 lanes, then in one;
// in the end the lanes are added in a fixed tree. That is the same order, and with contraction off
// the same bits, whatever the width of the vectors.
#pragma once

#include <stdint.h>

namespace reprise::kernels::REPRISE_ISA {
namespace {

inline constexpr int64_t kLanes = 32;
inline constexpr int64_t kRest = 8;

// dst[i] = value(i). dst may be one of the arrays that value reads at i.
template <class Value>
[[gnu::always_inline]] inline void set(int64_t n, float* dst, Value value) {
#pragma GCC ivdep
  for (int64_t i = 0; i < n; ++i) dst[i] = value(i);
}

// dst[i] = beta dst[i] + value(i), without reading dst when beta is 0.
template <class Value>
[[gnu::always_inline]] inline void put(int64_t n, float beta, float* dst, Value value) {
  if (beta == 0) {
    set(n, dst, value);
  } else {
    set(n, dst, [=](int64_t i) { return beta * dst[i] + value(i); });
  }
}

// Number: the type of the sum. Combine: a + b, or max(a, b) with `start` below everything.
template <class Number, class Term, class Combine>
[[gnu::always_inline]] inline Number reduce_lanes(int64_t n, Number start, Term term,
                                                  Combine combine) {
  Number lane[kLanes], rest[kRest];
  for (int64_t l = 0; l < kLanes; ++l) lane[l] = start;
  for (int64_t l = 0; l < kRest; ++l) rest[l] = start;
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int64_t l = 0; l < kLanes; ++l) lane[l] = combine(lane[l], term(i + l));
  }
  for (; i + kRest <= n; i += kRest) {
    for (int64_t l = 0; l < kRest; ++l) rest[l] = combine(rest[l], term(i + l));
  }
  for (int64_t half = kLanes / 2; half >= kRest; half /= 2) {
    for (int64_t l = 0; l < half; ++l) lane[l] = combine(lane[l], lane[l + half]);
  }
  for (int64_t l = 0; l < kRest; ++l) lane[l] = combine(lane[l], rest[l]);
  for (int64_t half = kRest / 2; half > 0; half /= 2) {
    for (int64_t l = 0; l < half; ++l) lane[l] = combine(lane[l], lane[l + half]);
  }
  Number total = lane[0];
  for (; i < n; ++i) total = combine(total, term(i));
  return total;
}

// The sum of term(i)
template <class Number, class Term>
[[gnu::always_inline]] inline Number sum_of(int64_t n, Term term) {
  return reduce_lanes(n, Number{0}, term, [](Number a, Number b) { return a + b; });
}

// The largest of x, without regard to NaN; -inf for none
[[gnu::always_inline]] inline float max_of(int64_t n, const float* x) {
  return reduce_lanes(
      n, -__builtin_inff(), [=](int64_t i) { return x[i]; },
      [](float a, float b) { return b > a ? b : a; });
}

}  // namespace
}  // namespace reprise::kernels::REPRISE_ISA
