// The row kernels in float, for the compiler to vectorize. Formulas and sources: reference.cpp.
//
// This file is compiled once per instruction set, with REPRISE_ISA as its namespace (v2, v3, v4).
// It includes nothing of the standard library: an inline function of a header, compiled here with
// AVX-512, might be the copy that the linker picks for the whole program. All of its own functions
// are local to it. The three compilations give the same bits: see Note [Lanes].
#include "core/kernels/vector.h"

#include "core/kernels/vector_loops.h"
#include "core/kernels/vector_math.h"
#include "core/kernels/vector_philox.h"

namespace reprise::kernels::REPRISE_ISA {
namespace {

// ---- elements

void scale_add(int64_t n, float alpha, const float* x, float beta, float* dst) {
  put(n, beta, dst, [=](int64_t i) { return alpha * x[i]; });
}

void add(int64_t n, const float* x, const float* y, float* sum) {
  set(n, sum, [=](int64_t i) { return x[i] + y[i]; });
}

void multiply_add(int64_t n, const float* x, const float* y, float beta, float* dst) {
  put(n, beta, dst, [=](int64_t i) { return x[i] * y[i]; });
}

void narrow(int64_t n, const float* x, uint16_t* y) {
#pragma GCC ivdep
  for (int64_t i = 0; i < n; ++i) {
    const auto bits = static_cast<uint32_t>(to_bits(x[i]));
    const uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    y[i] = static_cast<uint16_t>(x[i] != x[i] ? (bits >> 16) | 0x40 : rounded);
  }
}
void widen(int64_t n, const uint16_t* x, float* y) {
  set(n, y, [=](int64_t i) { return from_bits(static_cast<int32_t>(uint32_t{x[i]} << 16)); });
}

double sum(int64_t n, const float* x) {
  return sum_of<double>(n, [=](int64_t i) { return double{x[i]}; });
}

double sum_of_squares(int64_t n, const float* x) {
  return sum_of<double>(n, [=](int64_t i) { return double{x[i]} * double{x[i]}; });
}

bool all_finite(int64_t n, const float* x) {
  constexpr int32_t kExponent = 0x7f800000;  // all of its bits are set in infinities and NaNs
  int32_t bad = 0;
  for (int64_t i = 0; i < n; ++i) bad |= (to_bits(x[i]) & kExponent) == kExponent;
  return bad == 0;
}

// An activation at x. Unused halves cost nothing.
struct Point {
  float value, slope;
};
using Curve = Point(float);

inline Point relu(float x) { return {x < 0 ? 0 : x, x <= 0 ? 0.0f : 1.0f}; }
inline Point gelu(float x) {
  constexpr float kDensity = 0.398942280401432678f;  // 1 / √(2π)
  const Normal at = normal(x);
  return {x * at.below, at.below + x * (kDensity * at.density)};
}
// With s = sigmoid(2u): (1 + tanh u) / 2 = s and (1 − tanh² u) / 4 = s (1 − s). The latter is even
// in u, so that e = exp(−2|u|) gives both without cancellation: s (1 − s) = e / (1 + e)².
inline Point gelu_tanh(float x) {
  constexpr float kTwoRootTwoOverPi = 1.59576912160573071f;  // 2 √(2/π)
  const float squared = x * x;
  const float e = exp_negative(-kTwoRootTwoOverPi * __builtin_fabsf(x + 0.044715f * squared * x));
  const float r = 1 / (1 + e);
  const float s = x < 0 ? e * r : r;
  const float du = kTwoRootTwoOverPi * (1 + 3 * 0.044715f * squared);
  return {x * s, s + x * (e * r * r) * du};
}
inline Point tanh_curve(float x) {
  const float y = tanh(x);
  return {y, 1 - y * y};
}
inline Point sigmoid_curve(float x) {
  const float y = sigmoid(x);
  return {y, y * (1 - y)};
}

inline Point scaled_tanh_curve(float x) {
  constexpr float kAmplitude = 1.7159f, kSlope = 2.0f / 3;
  const float y = tanh(kSlope * x);
  return {kAmplitude * y, kAmplitude * kSlope * (1 - y * y)};
}

template <Curve curve>
void forward(int64_t n, const float* x, float* y) {
  set(n, y, [=](int64_t i) { return curve(x[i]).value; });
}
template <Curve curve>
void backward(int64_t n, const float* x, const float* dy, float beta, float* dx) {
  put(n, beta, dx, [=](int64_t i) { return curve(x[i]).slope * dy[i]; });
}
template <Curve curve>
void both(int64_t n, const float* x, const float* dy, float* y, float* dx) {
#pragma GCC ivdep
  for (int64_t i = 0; i < n; ++i) {
    const Point at = curve(x[i]);
    dx[i] = at.slope * dy[i];
    y[i] = at.value;
  }
}
void tanh_backward(int64_t n, const float* y, const float* dy, float beta, float* dx) {
  put(n, beta, dx, [=](int64_t i) { return (1 - y[i] * y[i]) * dy[i]; });
}
void sigmoid_backward(int64_t n, const float* y, const float* dy, float beta, float* dx) {
  put(n, beta, dx, [=](int64_t i) { return y[i] * (1 - y[i]) * dy[i]; });
}
void scaled_tanh_backward(int64_t n, const float* y, const float* dy, float beta, float* dx) {
  constexpr float kAmplitude = 1.7159f, kSlope = 2.0f / 3;
  put(n, beta, dx, [=](int64_t i) {
    return kSlope * (kAmplitude - y[i] * y[i] * (1 / kAmplitude)) * dy[i];
  });
}

template <bool decoupled>
void adam(int64_t n, const AdamStep& step, float scale, const float* g, float* m, float* v,
          float* w) {
  const auto beta1 = static_cast<float>(step.beta1), rest1 = static_cast<float>(1 - step.beta1);
  const auto beta2 = static_cast<float>(step.beta2), rest2 = static_cast<float>(1 - step.beta2);
  const auto inverse1 = static_cast<float>(1 / step.correction1);
  const auto inverse2 = static_cast<float>(1 / step.correction2);
  const auto rate = static_cast<float>(step.rate), epsilon = static_cast<float>(step.epsilon);
  const auto decay = static_cast<float>(step.decay);
#pragma GCC ivdep
  for (int64_t i = 0; i < n; ++i) {
    const float gradient = scale * g[i] + (decoupled ? 0 : decay * w[i]);
    m[i] = beta1 * m[i] + rest1 * gradient;
    v[i] = beta2 * v[i] + rest2 * gradient * gradient;
    const float update = m[i] * inverse1 / (__builtin_sqrtf(v[i] * inverse2) + epsilon);
    w[i] -= rate * (update + (decoupled ? decay * w[i] : 0));
  }
}
void adam_update(int64_t n, const AdamStep& step, float scale, const float* g, float* m, float* v,
                 float* w) {
  step.decoupled ? adam<true>(n, step, scale, g, m, v, w) : adam<false>(n, step, scale, g, m, v, w);
}

// ---- rows

void sum_rows(int64_t rows, int64_t cols, const float* x, float* total) {
  for (int64_t r = 0; r < rows; ++r, x += cols) {
    set(cols, total, [=](int64_t c) { return total[c] + x[c]; });
  }
}

void softmax_forward(int64_t rows, int64_t cols, float scale, const float* x, float* y) {
  for (int64_t r = 0; r < rows; ++r, x += cols, y += cols) {
    const float most = max_of(cols, x);
    set(cols, y, [=](int64_t c) { return exp_negative(scale * (x[c] - most)); });
    const float inverse = 1 / sum_of<float>(cols, [=](int64_t c) { return y[c]; });
    set(cols, y, [=](int64_t c) { return y[c] * inverse; });
  }
}
void softmax_backward(int64_t rows, int64_t cols, const float* y, const float* dy, float beta,
                      float* dx) {
  for (int64_t r = 0; r < rows; ++r, y += cols, dy += cols, dx += cols) {
    const float dot = sum_of<float>(cols, [=](int64_t c) { return y[c] * dy[c]; });
    put(cols, beta, dx, [=](int64_t c) { return y[c] * (dy[c] - dot); });
  }
}

void softmax_backward_dropped(int64_t rows, int64_t cols, float scale, const float* y,
                              const float* z, const float* dy, float* dx) {
  for (int64_t r = 0; r < rows; ++r, y += cols, z += cols, dy += cols, dx += cols) {
    const float dot = sum_of<float>(cols, [=](int64_t c) { return z[c] * dy[c]; });
    set(cols, dx, [=](int64_t c) { return scale * (z[c] * dy[c] - y[c] * dot); });
  }
}

// logsumexp(x), in double so that a difference to it is exact. One logarithm of the C library a
// row.
double log_sum_exp(int64_t cols, const float* x) {
  const float most = max_of(cols, x);
  const float total = sum_of<float>(cols, [=](int64_t c) { return exp_negative(x[c] - most); });
  return double{most} + __builtin_log(double{total});
}

void log_softmax_forward(int64_t rows, int64_t cols, const float* x, float* y) {
  for (int64_t r = 0; r < rows; ++r, x += cols, y += cols) {
    const auto lse = static_cast<float>(log_sum_exp(cols, x));
    set(cols, y, [=](int64_t c) { return x[c] - lse; });
  }
}
void log_softmax_backward(int64_t rows, int64_t cols, const float* y, const float* dy, float beta,
                          float* dx) {
  for (int64_t r = 0; r < rows; ++r, y += cols, dy += cols, dx += cols) {
    const float total = sum_of<float>(cols, [=](int64_t c) { return dy[c]; });
    put(cols, beta, dx, [=](int64_t c) { return dy[c] - exp(y[c]) * total; });
  }
}

void layer_norm_forward(int64_t rows, int64_t cols, const float* x, const float* gain,
                        const float* bias, float epsilon, float* y, float* mean, float* rstd) {
  for (int64_t r = 0; r < rows; ++r, x += cols, y += cols) {
    const float average = sum_of<float>(cols, [=](int64_t c) { return x[c]; }) / cols;
    const float squares =
        sum_of<float>(cols, [=](int64_t c) { return (x[c] - average) * (x[c] - average); });
    const float scale = 1 / __builtin_sqrtf(squares / cols + epsilon);
    set(cols, y, [=](int64_t c) { return (x[c] - average) * scale * gain[c] + bias[c]; });
    mean[r] = average;
    rstd[r] = scale;
  }
}
void layer_norm_backward_input(int64_t rows, int64_t cols, const float* x, const float* gain,
                               const float* mean, const float* rstd, const float* dy, float beta,
                               float* dx) {
  for (int64_t r = 0; r < rows; ++r, x += cols, dy += cols, dx += cols) {
    const float average = mean[r], scale = rstd[r];
    const float mean_h = sum_of<float>(cols, [=](int64_t c) { return gain[c] * dy[c]; }) / cols;
    const float mean_hx =
        sum_of<float>(cols,
                      [=](int64_t c) { return gain[c] * dy[c] * ((x[c] - average) * scale); }) /
        cols;
    put(cols, beta, dx, [=](int64_t c) {
      return scale * (gain[c] * dy[c] - mean_h - (x[c] - average) * scale * mean_hx);
    });
  }
}
void layer_norm_backward_affine(int64_t rows, int64_t cols, const float* x, const float* mean,
                                const float* rstd, const float* dy, float* dgain, float* dbias) {
  if (dbias) sum_rows(rows, cols, dy, dbias);
  for (int64_t r = 0; dgain && r < rows; ++r, x += cols, dy += cols) {
    const float average = mean[r], scale = rstd[r];
    set(cols, dgain, [=](int64_t c) { return dgain[c] + dy[c] * ((x[c] - average) * scale); });
  }
}

void cross_entropy_forward(int64_t rows, int64_t cols, const float* x, const int32_t* labels,
                           float* loss, float* lse) {
  for (int64_t r = 0; r < rows; ++r, x += cols) {
    const double value = log_sum_exp(cols, x);
    loss[r] = static_cast<float>(value - double{x[labels[r]]});
    lse[r] = static_cast<float>(value);
  }
}
void cross_entropy_backward(int64_t rows, int64_t cols, const float* x, const int32_t* labels,
                            const float* lse, const float* scale, float beta, float* dx) {
  for (int64_t r = 0; r < rows; ++r, x += cols, dx += cols) {
    const float shift = lse[r], factor = scale[r];
    put(cols, beta, dx, [=](int64_t c) { return factor * exp(x[c] - shift); });
    dx[labels[r]] -= factor;
  }
}

void dropout(int64_t rows, int64_t cols, const DropoutRule& rule, int64_t first,
             const int32_t* place, const float* x, float beta, float* dst) {
  const auto threshold = static_cast<int32_t>(rule.threshold);
  const float scale = rule.scale;
  uint16_t numbers[kBatch];
  for (int64_t r = 0; r < rows; ++r) {
    const uint64_t at = place ? static_cast<uint32_t>(place[r]) : static_cast<uint64_t>(first + r);
    for (int64_t c = 0; c < cols; c += kBatch) {
      random_batch(rule.key, static_cast<uint64_t>(c / 8), at, numbers);
      const float* from = x + r * cols + c;
      put(cols - c < kBatch ? cols - c : kBatch, beta, dst + r * cols + c,
          [=, &numbers](int64_t i) {
            return from[i] * (int32_t{numbers[i]} >= threshold ? scale : 0.0f);
          });
    }
  }
}

// No two of the arrays overlap, but for dsums, which may be gates.
void lstm_forward(int64_t rows, int64_t cols, float* gates, const float* c_before, float* c, float* h) {
  for (int64_t r = 0; r < rows; ++r, gates += 4 * cols, c_before += cols, c += cols, h += cols) {
    float *i = gates, *f = i + cols, *g = f + cols, *o = g + cols;
#pragma GCC ivdep
    for (int64_t k = 0; k < cols; ++k) {
      i[k] = sigmoid(i[k]);
      f[k] = sigmoid(f[k]);
      g[k] = tanh(g[k]);
      o[k] = sigmoid(o[k]);
      c[k] = f[k] * c_before[k] + i[k] * g[k];
      h[k] = o[k] * tanh(c[k]);
    }
  }
}
void lstm_backward(int64_t rows, int64_t cols, const float* gates, const float* c_before,
                   const float* c, const float* dy, const float* dh_after, float* dc, float* dsums) {
  for (int64_t r = 0; r < rows; ++r, gates += 4 * cols, dsums += 4 * cols) {
    const float *i = gates, *f = i + cols, *g = f + cols, *o = g + cols;
    float *di = dsums, *df = di + cols, *dg = df + cols, *dout = dg + cols;
    const int64_t at = r * cols;
#pragma GCC ivdep
    for (int64_t k = 0; k < cols; ++k) {
      const float in = i[k], forget = f[k], new_cell = g[k], out = o[k];
      const float z = tanh(c[at + k]), dh = dy[at + k] + dh_after[at + k];
      const float dcell = dc[at + k] + out * (1 - z * z) * dh;
      di[k] = in * (1 - in) * (new_cell * dcell);
      df[k] = forget * (1 - forget) * (c_before[at + k] * dcell);
      dg[k] = (1 - new_cell * new_cell) * (in * dcell);
      dout[k] = out * (1 - out) * (z * dh);
      dc[at + k] = forget * dcell;
    }
  }
}

}  // namespace

const RowKernels kVectorKernels = {
    .scale_add = scale_add,
    .add = add,
    .multiply_add = multiply_add,
    .narrow = narrow,
    .widen = widen,
    .sum = sum,
    .sum_of_squares = sum_of_squares,
    .all_finite = all_finite,
    .activation_forward = {forward<relu>, forward<gelu>, forward<gelu_tanh>, forward<tanh_curve>,
                           forward<sigmoid_curve>, forward<scaled_tanh_curve>},
    .activation_backward = {backward<relu>, backward<gelu>, backward<gelu_tanh>, tanh_backward,
                            sigmoid_backward, scaled_tanh_backward},
    .activation_both = {both<relu>, both<gelu>, both<gelu_tanh>, both<tanh_curve>,
                        both<sigmoid_curve>, both<scaled_tanh_curve>},
    .adam_update = adam_update,
    .softmax_forward = softmax_forward,
    .softmax_backward = softmax_backward,
    .softmax_backward_dropped = softmax_backward_dropped,
    .log_softmax_forward = log_softmax_forward,
    .log_softmax_backward = log_softmax_backward,
    .layer_norm_forward = layer_norm_forward,
    .layer_norm_backward_input = layer_norm_backward_input,
    .cross_entropy_forward = cross_entropy_forward,
    .cross_entropy_backward = cross_entropy_backward,
    .dropout = dropout,
    .lstm_forward = lstm_forward,
    .lstm_backward = lstm_backward,
    .sum_rows = sum_rows,
    .layer_norm_backward_affine = layer_norm_backward_affine,
};

}  // namespace reprise::kernels::REPRISE_ISA
