// Kernels whose elements know nothing of each other, and sums over all of them.
#include <atomic>

#include "core/kernels.h"
#include "core/kernels/isa.h"
#include "core/kernels/ranges.h"

namespace reprise::kernels {

void scale_add(int64_t n, real alpha, const real* x, real beta, real* dst) {
  over_elements(n, [&, f = row_kernels().scale_add](int64_t i, int64_t end) {
    f(end - i, alpha, x + i, beta, dst + i);
  });
}

void multiply_add(int64_t n, const real* x, const real* y, real beta, real* dst) {
  over_elements(n, [&, f = row_kernels().multiply_add](int64_t i, int64_t end) {
    f(end - i, x + i, y + i, beta, dst + i);
  });
}

void narrow(int64_t n, const real* x, BFloat16* y) {
  over_elements(n, [&, f = row_kernels().narrow](int64_t i, int64_t end) {
    f(end - i, x + i, bits_of(y + i));
  });
}

void widen(int64_t n, const BFloat16* x, real* y) {
  over_elements(n, [&, f = row_kernels().widen](int64_t i, int64_t end) {
    f(end - i, bits_of(x + i), y + i);
  });
}

double sum(int64_t n, const real* x) {
  const auto f = row_kernels().sum;
  return parallel_sum(n, kTaskElements, [&](int64_t i, int64_t end) { return f(end - i, x + i); });
}

double sum_of_squares(int64_t n, const real* x) {
  const auto f = row_kernels().sum_of_squares;
  return parallel_sum(n, kTaskElements, [&](int64_t i, int64_t end) { return f(end - i, x + i); });
}

bool all_finite(int64_t n, const real* x) {
  std::atomic<bool> finite{true};
  over_elements(n, [&, f = row_kernels().all_finite](int64_t i, int64_t end) {
    if (!f(end - i, x + i)) finite.store(false, std::memory_order_relaxed);
  });
  return finite;
}

void activation_forward(Activation f, int64_t n, const real* x, real* y) {
  const auto forward = row_kernels().activation_forward[static_cast<int>(f)];
  over_elements(n, [&](int64_t i, int64_t end) { forward(end - i, x + i, y + i); });
}

void activation_backward(Activation f, int64_t n, const real* x, const real* dy, real beta,
                         real* dx) {
  const auto backward = row_kernels().activation_backward[static_cast<int>(f)];
  over_elements(n, [&](int64_t i, int64_t end) { backward(end - i, x + i, dy + i, beta, dx + i); });
}

void adam_update(int64_t n, const AdamStep& step, real scale, const real* g, real* m, real* v,
                 real* w) {
  over_elements(n, [&, f = row_kernels().adam_update](int64_t i, int64_t end) {
    f(end - i, step, scale, g + i, m + i, v + i, w + i);
  });
}

}  // namespace reprise::kernels
