#include "core/kernels/dropout.h"

#include <cmath>

#include "core/error.h"
#include "core/kernels.h"
#include "core/kernels/isa.h"
#include "core/kernels/ranges.h"

namespace reprise::kernels {

DropoutRule dropout_rule(real p, RandomKey key) {
  if (!(p >= 0 && p <= 1)) throw UsageError("dropout: p is {}, not within [0, 1]", p);
  constexpr uint32_t kSteps = 1 << 16;
  const auto threshold = static_cast<uint32_t>(std::lround(p * kSteps));
  const double scale = threshold == kSteps ? 0 : double{kSteps} / (kSteps - threshold);
  return {key.bits(), threshold, static_cast<real>(scale)};
}

void dropout(int64_t rows, int64_t cols, real p, RandomKey key, const int32_t* place, const real* x,
             real beta, real* dst) {
  const DropoutRule rule = dropout_rule(p, key);
  if (rule.threshold == 0) return scale_add(rows * cols, 1, x, beta, dst);
  over_rows(rows, cols, [&, f = row_kernels().dropout](int64_t r, int64_t end) {
    f(end - r, cols, rule, r, place ? place + r : nullptr, x + r * cols, beta, dst + r * cols);
  });
}

void residual_norm_forward(int64_t rows, int64_t cols, real p, RandomKey key, const int32_t* place,
                           const real* x, const real* residual, const real* gain, const real* bias,
                           real epsilon, real* s, real* y, real* mean, real* rstd) {
  const DropoutRule rule = dropout_rule(p, key);
  const RowKernels& f = row_kernels();
  over_rows(rows, cols, [&](int64_t r, int64_t end) {
    const int64_t at = r * cols, n = (end - r) * cols;
    const real* kept = x + at;
    if (rule.threshold > 0) {
      f.dropout(end - r, cols, rule, r, place ? place + r : nullptr, x + at, 0, s + at);
      kept = s + at;
    }
    f.add(n, kept, residual + at, s + at);
    f.layer_norm_forward(end - r, cols, s + at, gain, bias, epsilon, y + at, mean + r, rstd + r);
  });
}

}  // namespace reprise::kernels
