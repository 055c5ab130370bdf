// Loops of simple elementwise ops: bound by memory, so one loop serves as reference and as fast version.
#pragma once

#include "core/parallel.h"
#include "core/tensor.h"

namespace reprise::loops {

inline constexpr int64_t kGrain = 8192;  // elements per task

// dst[i] = beta dst[i] + f(i)
template <class F>
void contribute(int64_t n, real beta, real* dst, const F& f) {
  parallel_ranges(n, kGrain, [&](int64_t begin, int64_t end) {
    if (beta == 0) {
      for (int64_t i = begin; i < end; ++i) dst[i] = f(i);
    } else {
      for (int64_t i = begin; i < end; ++i) dst[i] = beta * dst[i] + f(i);
    }
  });
}

// Σᵢ f(i), in double
template <class F>
double sum(int64_t n, const F& f) {
  return parallel_sum(n, kGrain, [&](int64_t begin, int64_t end) {
    double part = 0;
    for (int64_t i = begin; i < end; ++i) part += f(i);
    return part;
  });
}

// y[i] = f(x[i])
template <class F>
Tensor map(const Tensor& x, const F& f) {
  Tensor y = Tensor::empty(x.shape());
  const real* in = x.data();
  contribute(x.numel(), 0, y.data(), [=](int64_t i) { return f(in[i]); });
  return y;
}

}  // namespace reprise::loops
