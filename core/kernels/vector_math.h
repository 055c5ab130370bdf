// Functions of one float, without branches, so that the compiler can run them on whole vectors.
//
// Only for vector.cpp, which is compiled once per instruction set: everything here lies in that
// compilation's own namespace. Each passes NaN on and has the right limits at the infinities.
#pragma once

#include <stdint.h>

namespace reprise::kernels::REPRISE_ISA {
namespace {

[[gnu::always_inline]] inline float from_bits(int32_t bits) {
  return __builtin_bit_cast(float, bits);
}
[[gnu::always_inline]] inline int32_t to_bits(float x) { return __builtin_bit_cast(int32_t, x); }

// 2^n for −126 <= n <= 127
[[gnu::always_inline]] inline float power_of_two(int32_t n) { return from_bits((n + 127) << 23); }

// x = n log 2 + r with a whole n and |r| <= log(2)/2; for |x| < 2^21.
struct Reduced {
  int32_t n;
  float r;
};
[[gnu::always_inline]] inline Reduced reduce(float x) {
  constexpr float kShift = 0x1.8p23f;      // numbers of this size have no bits behind the point
  constexpr float kLog2High = 0x1.63p-1f;  // so few bits that n times it is exact
  constexpr float kLog2Low = -0x1.bd0106p-13f;
  const float shifted = x * 0x1.715476p+0f + kShift;
  const float n = shifted - kShift;
  return {static_cast<int32_t>(static_cast<uint32_t>(to_bits(shifted)) -
                               static_cast<uint32_t>(to_bits(kShift))),
          x - n * kLog2High - n * kLog2Low};
}

// e^r − 1 for |r| <= log(2)/2: Taylor's series, whose next term is below 6e-9 r.
[[gnu::always_inline]] inline float small_expm1(float r) {
  float p = 1.0f / 5040;
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 1.0f / 2;
  return p * r * r + r;
}

// e^x, 1 ulp or so; denormal results and overflow included (hence the two factors)
[[gnu::always_inline]] inline float exp(float x) {
  x = x < -104 ? -104 : x;
  x = x > 89 ? 89 : x;
  const Reduced reduced = reduce(x);
  const int32_t half = reduced.n >> 1;
  return (1 + small_expm1(reduced.r)) * power_of_two(half) * power_of_two(reduced.n - half);
}

// e^x for x <= 0, with denormal results rounded to 0
[[gnu::always_inline]] inline float exp_negative(float x) {
  constexpr float kLeast = -87.33654f;  // log(2^-126)
  const Reduced reduced = reduce(x < kLeast ? kLeast : x);
  const float y = (1 + small_expm1(reduced.r)) * power_of_two(reduced.n);
  return x < kLeast ? 0 : y;
}

// tanh x = −e / (2 + e) with e = exp(−2x) − 1, for the sign of x taken apart
[[gnu::always_inline]] inline float tanh(float x) {
  float y = -2 * __builtin_fabsf(x);
  y = y < -40 ? -40 : y;
  const Reduced reduced = reduce(y);
  const float power = power_of_two(reduced.n);
  const float e = power * small_expm1(reduced.r) + (power - 1);
  return __builtin_copysignf(-e / (2 + e), x);
}

[[gnu::always_inline]] inline float sigmoid(float x) { return 1 / (1 + exp(-x)); }

// Φ(x), the normal distribution, and √(2π) φ(x) = exp(−x²/2), its density.
struct Normal {
  float below, density;
};
// Φ(−|x|) = exp(−x²/2) P(t), t = 1 / (1 + 0.35 |x|): the form of Hastings 1955 (Abramowitz & Stegun
// 26.2.17). Coefficients: relative error of P minimized over |x| <= 13, 3e-8.
[[gnu::always_inline]] inline Normal normal(float x) {
  const float t = 1 / (1 + 0.35f * __builtin_fabsf(x));
  float p = -0.029095109648398364f;
  p = p * t + 0.14371961406515496f;
  p = p * t - 0.2551823931990312f;
  p = p * t + 0.15855249858618486f;
  p = p * t - 0.022670918641743844f;
  p = p * t + 0.10531696228399606f;
  p = p * t + 0.11988275261905298f;
  p = p * t + 0.139854750048767f;
  p = p * t + 0.1396218281059792f;
  const float density = exp_negative(-0.5f * x * x);
  const float tail = density * p * t;
  return {x < 0 ? tail : 1 - tail, density};
}

}  // namespace
}  // namespace reprise::kernels::REPRISE_ISA
