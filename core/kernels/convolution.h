// The convolutions behind kernels.h: the reference, which is the oracle, and the fast ones, with and
// without shared weights. All have the contracts of convolution_forward and convolution_backward.
#pragma once

#include <algorithm>

#include "core/kernels.h"
#include "core/kernels/ranges.h"

namespace reprise::kernels {

// Every connection of the layer, one after the other, in double.
void reference_forward(const ConvolutionShape& s, const real* x, const real* weight,
                       const real* bias, real* y);
void reference_backward(const ConvolutionShape& s, const real* x, const real* weight,
                        const real* dy, real beta, real* dx, real beta_weight, real* dweight);

void shared_forward(const ConvolutionShape& s, const real* x, const real* weight, const real* bias,
                    real* y);
void shared_backward(const ConvolutionShape& s, const real* x, const real* weight, const real* dy,
                     real beta, real* dx, real beta_weight, real* dweight);

void unshared_forward(const ConvolutionShape& s, const real* x, const real* weight,
                      const real* bias, real* y);
void unshared_backward(const ConvolutionShape& s, const real* x, const real* weight,
                       const real* dy, real beta, real* dx, real beta_weight, real* dweight);

inline int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Those of `count` points, `step` apart from `first` on, that lie in [0, size).
struct Inside {
  int64_t begin, end;
};
inline Inside inside(int64_t first, int64_t step, int64_t count, int64_t size) {
  const int64_t begin = first >= 0 ? 0 : std::min(count, divide_up(-first, step));
  const int64_t end = first >= size ? 0 : std::min(count, divide_up(size - first, step));
  return {begin, std::max(begin, end)};
}

// f(step), where the usual steps are constants: loops over numbers 1 or 2 apart then use vectors.
template <class F>
void with_constant_step(int64_t step, const F& f) {
  if (step == 1) return f(std::integral_constant<int64_t, 1>{});
  if (step == 2) return f(std::integral_constant<int64_t, 2>{});
  f(step);
}

// The bias of the first of some units that follow each other in a map, and from one to the next.
struct BiasOfUnits {
  const real* data;
  int64_t step;
};
inline BiasOfUnits bias_of(const ConvolutionShape& s, const real* bias, int64_t map,
                           int64_t place) {
  static constexpr real kNone = 0;
  if (!bias) return {&kNone, 0};
  if (!s.bias_per_unit) return {bias + map, 0};
  return {bias + map * s.places.area() + place, 1};
}

}  // namespace reprise::kernels
