// The kernels as their formulas, computed in double and rounded once: the oracle of the fast ones.
// Every forward has its backward right below it.
#include "core/kernels/reference.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/dtype.h"
#include "core/rng.h"

namespace reprise::kernels {

namespace {

// dst = beta dst + value, without reading dst when beta is 0.
void put(real& dst, double beta, double value) {
  dst = static_cast<real>(beta == 0 ? value : beta * dst + value);
}

// ---- elements

void scale_add(int64_t n, real alpha, const real* x, real beta, real* dst) {
  for (int64_t i = 0; i < n; ++i) put(dst[i], beta, double{alpha} * x[i]);
}

void add(int64_t n, const real* x, const real* y, real* sum) {
  for (int64_t i = 0; i < n; ++i) sum[i] = x[i] + y[i];
}

void multiply_add(int64_t n, const real* x, const real* y, real beta, real* dst) {
  for (int64_t i = 0; i < n; ++i) put(dst[i], beta, double{x[i]} * y[i]);
}

void narrow(int64_t n, const real* x, uint16_t* y) {
  for (int64_t i = 0; i < n; ++i) y[i] = to_bfloat16(static_cast<float>(x[i])).bits;
}
void widen(int64_t n, const uint16_t* x, real* y) {
  for (int64_t i = 0; i < n; ++i) y[i] = to_float(BFloat16{x[i]});
}

double sum(int64_t n, const real* x) {
  double total = 0;
  for (int64_t i = 0; i < n; ++i) total += x[i];
  return total;
}

double sum_of_squares(int64_t n, const real* x) {
  double total = 0;
  for (int64_t i = 0; i < n; ++i) total += double{x[i]} * x[i];
  return total;
}

bool all_finite(int64_t n, const real* x) {
  return std::all_of(x, x + n, [](real value) { return std::isfinite(value); });
}

// y = f(x); dx = f'(x) dy, where `derivative` is given what activation_backward calls x.
template <double function(double)>
void forward(int64_t n, const real* x, real* y) {
  for (int64_t i = 0; i < n; ++i) y[i] = static_cast<real>(function(x[i]));
}
template <double derivative(double)>
void backward(int64_t n, const real* x, const real* dy, real beta, real* dx) {
  for (int64_t i = 0; i < n; ++i) put(dx[i], beta, derivative(x[i]) * dy[i]);
}

// With the derivative of the input, or of the output.
template <double function(double), double derivative(double), bool of_output>
void both(int64_t n, const real* x, const real* dy, real* y, real* dx) {
  for (int64_t i = 0; i < n; ++i) {
    const double value = function(x[i]);
    put(dx[i], 0, derivative(of_output ? value : x[i]) * dy[i]);
    y[i] = static_cast<real>(value);
  }
}

double relu(double x) { return x < 0 ? 0 : x; }  // so that a NaN stays one
double relu_derivative(double x) { return x <= 0 ? 0 : 1; }

// Φ(x) = erfc(−x/√2) / 2, φ(x) = exp(−x²/2) / √(2π)
double gelu(double x) { return x * std::erfc(-x / std::numbers::sqrt2) / 2; }
double gelu_derivative(double x) {
  const double density = std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi);
  return std::erfc(-x / std::numbers::sqrt2) / 2 + x * density;
}

// With u = √(2/π) (x + 0.044715 x³) and s = (1 + tanh u) / 2, which is 1 / (1 + exp(−2u)):
// y = x s, y' = s + 2 x s (1 − s) u'
double gelu_tanh_sigmoid(double x) {
  const double u = std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x);
  return 1 / (1 + std::exp(-2 * u));
}
double gelu_tanh(double x) { return x * gelu_tanh_sigmoid(x); }
double gelu_tanh_derivative(double x) {
  const double s = gelu_tanh_sigmoid(x);
  const double du = std::sqrt(2 / std::numbers::pi) * (1 + 3 * 0.044715 * x * x);
  return s + 2 * x * s * (1 - s) * du;
}

double tanh(double x) { return std::tanh(x); }
double tanh_derivative(double y) { return 1 - y * y; }

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double sigmoid_derivative(double y) { return y * (1 - y); }

// y = A tanh(S x), A = 1.7159, S = 2/3: y' = S (A − y²/A). LeCun et al. 1998, appendix A.
double scaled_tanh(double x) { return 1.7159 * std::tanh(2 * x / 3); }
double scaled_tanh_derivative(double y) { return 2 * (1.7159 - y * y / 1.7159) / 3; }

// Kingma & Ba 2015; decoupled decay: Loshchilov & Hutter 2019.
// m = β₁ m + (1 − β₁) g, v = β₂ v + (1 − β₂) g², w −= rate (m̂ / (√v̂ + ε) [+ decay w])
void adam_update(int64_t n, const AdamStep& step, real scale, const real* g, real* m, real* v,
                 real* w) {
  for (int64_t i = 0; i < n; ++i) {
    double gradient = double{scale} * g[i];
    if (!step.decoupled) gradient += step.decay * w[i];
    m[i] = static_cast<real>(step.beta1 * m[i] + (1 - step.beta1) * gradient);
    v[i] = static_cast<real>(step.beta2 * v[i] + (1 - step.beta2) * gradient * gradient);
    double update = m[i] / step.correction1 / (std::sqrt(v[i] / step.correction2) + step.epsilon);
    if (step.decoupled) update += step.decay * w[i];
    w[i] = static_cast<real>(w[i] - step.rate * update);
  }
}

// ---- rows

// The backward of adding a bias to every row.
void sum_rows(int64_t rows, int64_t cols, const real* x, real* total) {
  for (int64_t r = 0; r < rows; ++r, x += cols) {
    for (int64_t c = 0; c < cols; ++c) total[c] += x[c];
  }
}

// The largest x, and Σ exp(scale (x − most)), so that nothing overflows.
struct SumOfExponentials {
  double most, total;
  double log() const { return most + std::log(total); }
};
SumOfExponentials sum_of_exponentials(int64_t cols, const real* x, double scale = 1) {
  double most = -std::numeric_limits<double>::infinity();
  for (int64_t c = 0; c < cols; ++c) most = std::max<double>(most, x[c]);
  double total = 0;
  for (int64_t c = 0; c < cols; ++c) total += std::exp(scale * (x[c] - most));
  return {most, total};
}

// y = exp(scale x) / Σ exp(scale x)
void softmax_forward(int64_t rows, int64_t cols, real scale, const real* x, real* y) {
  for (int64_t r = 0; r < rows; ++r, x += cols, y += cols) {
    const auto [most, total] = sum_of_exponentials(cols, x, scale);
    for (int64_t c = 0; c < cols; ++c) {
      y[c] = static_cast<real>(std::exp(scale * (x[c] - most)) / total);
    }
  }
}
// dx = y (dy − Σ y dy)
void softmax_backward(int64_t rows, int64_t cols, const real* y, const real* dy, real beta,
                      real* dx) {
  for (int64_t r = 0; r < rows; ++r, y += cols, dy += cols, dx += cols) {
    double dot = 0;
    for (int64_t c = 0; c < cols; ++c) dot += double{y[c]} * dy[c];
    for (int64_t c = 0; c < cols; ++c) put(dx[c], beta, y[c] * (dy[c] - dot));
  }
}

// With z = m y for some m: Σ over y of m dy is Σ z dy, and dx = scale y (m dy − Σ z dy)
void softmax_backward_dropped(int64_t rows, int64_t cols, real scale, const real* y, const real* z,
                              const real* dy, real* dx) {
  for (int64_t r = 0; r < rows; ++r, y += cols, z += cols, dy += cols, dx += cols) {
    double dot = 0;
    for (int64_t c = 0; c < cols; ++c) dot += double{z[c]} * dy[c];
    for (int64_t c = 0; c < cols; ++c) put(dx[c], 0, scale * (double{z[c]} * dy[c] - y[c] * dot));
  }
}

// y = x − logsumexp(x)
void log_softmax_forward(int64_t rows, int64_t cols, const real* x, real* y) {
  for (int64_t r = 0; r < rows; ++r, x += cols, y += cols) {
    const double lse = sum_of_exponentials(cols, x).log();
    for (int64_t c = 0; c < cols; ++c) y[c] = static_cast<real>(x[c] - lse);
  }
}
// dx = dy − exp(y) Σ dy
void log_softmax_backward(int64_t rows, int64_t cols, const real* y, const real* dy, real beta,
                          real* dx) {
  for (int64_t r = 0; r < rows; ++r, y += cols, dy += cols, dx += cols) {
    const double total = sum(cols, dy);
    for (int64_t c = 0; c < cols; ++c) put(dx[c], beta, dy[c] - std::exp(double{y[c]}) * total);
  }
}

// Ba et al. 2016. x̂ = (x − mean) rstd, y = gain x̂ + bias
void layer_norm_forward(int64_t rows, int64_t cols, const real* x, const real* gain,
                        const real* bias, real epsilon, real* y, real* mean, real* rstd) {
  for (int64_t r = 0; r < rows; ++r, x += cols, y += cols) {
    const double average = sum(cols, x) / cols;
    double variance = 0;
    for (int64_t c = 0; c < cols; ++c) variance += (x[c] - average) * (x[c] - average) / cols;
    const double scale = 1 / std::sqrt(variance + epsilon);
    for (int64_t c = 0; c < cols; ++c) {
      y[c] = static_cast<real>(gain[c] * (x[c] - average) * scale + bias[c]);
    }
    mean[r] = static_cast<real>(average);
    rstd[r] = static_cast<real>(scale);
  }
}
// With h = gain dy: dx = rstd (h − mean(h) − x̂ mean(h x̂))
void layer_norm_backward_input(int64_t rows, int64_t cols, const real* x, const real* gain,
                               const real* mean, const real* rstd, const real* dy, real beta,
                               real* dx) {
  for (int64_t r = 0; r < rows; ++r, x += cols, dy += cols, dx += cols) {
    const auto normal = [&](int64_t c) { return (double{x[c]} - mean[r]) * rstd[r]; };
    double mean_h = 0, mean_hx = 0;
    for (int64_t c = 0; c < cols; ++c) {
      mean_h += double{gain[c]} * dy[c] / cols;
      mean_hx += double{gain[c]} * dy[c] * normal(c) / cols;
    }
    for (int64_t c = 0; c < cols; ++c) {
      put(dx[c], beta, rstd[r] * (double{gain[c]} * dy[c] - mean_h - normal(c) * mean_hx));
    }
  }
}
// dgain = Σ dy x̂, dbias = Σ dy
void layer_norm_backward_affine(int64_t rows, int64_t cols, const real* x, const real* mean,
                                const real* rstd, const real* dy, real* dgain, real* dbias) {
  for (int64_t r = 0; r < rows; ++r, x += cols, dy += cols) {
    for (int64_t c = 0; c < cols; ++c) {
      if (dgain) dgain[c] += dy[c] * ((x[c] - mean[r]) * rstd[r]);
      if (dbias) dbias[c] += dy[c];
    }
  }
}

// loss = logsumexp(x) − x[label]
void cross_entropy_forward(int64_t rows, int64_t cols, const real* x, const int32_t* labels,
                           real* loss, real* lse) {
  for (int64_t r = 0; r < rows; ++r, x += cols) {
    const double value = sum_of_exponentials(cols, x).log();
    loss[r] = static_cast<real>(value - x[labels[r]]);
    lse[r] = static_cast<real>(value);
  }
}
// dx = scale (softmax(x) − onehot(label))
void cross_entropy_backward(int64_t rows, int64_t cols, const real* x, const int32_t* labels,
                            const real* lse, const real* scale, real beta, real* dx) {
  for (int64_t r = 0; r < rows; ++r, x += cols, dx += cols) {
    for (int64_t c = 0; c < cols; ++c) {
      const double onehot = c == labels[r] ? 1 : 0;
      put(dx[c], beta, scale[r] * (std::exp(double{x[c]} - lse[r]) - onehot));
    }
  }
}

// Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000; PyTorch's order of gates.
// i, f, o = sigmoid(sums), g = tanh(sum), c = f c_before + i g, h = o tanh(c)
void lstm_forward(int64_t rows, int64_t cols, real* gates, const real* c_before, real* c, real* h) {
  for (int64_t r = 0; r < rows; ++r, gates += 4 * cols, c_before += cols, c += cols, h += cols) {
    for (int64_t k = 0; k < cols; ++k) {
      const double i = sigmoid(gates[k]), f = sigmoid(gates[cols + k]);
      const double g = tanh(gates[2 * cols + k]), o = sigmoid(gates[3 * cols + k]);
      const double cell = f * c_before[k] + i * g;
      gates[k] = static_cast<real>(i);
      gates[cols + k] = static_cast<real>(f);
      gates[2 * cols + k] = static_cast<real>(g);
      gates[3 * cols + k] = static_cast<real>(o);
      c[k] = static_cast<real>(cell);
      h[k] = static_cast<real>(o * tanh(cell));
    }
  }
}
// With z = tanh(c): do = z dh, dc += o (1 − z²) dh;  di = g dc, df = c_before dc, dg = i dc; then
// through each gate's function; dc_before = f dc
void lstm_backward(int64_t rows, int64_t cols, const real* gates, const real* c_before, const real* c,
                   const real* dy, const real* dh_after, real* dc, real* dsums) {
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t k = 0; k < cols; ++k) {
      const int64_t at = r * cols + k, i = 4 * r * cols + k, f = i + cols, g = f + cols, o = g + cols;
      const double in = gates[i], forget = gates[f], new_cell = gates[g], out = gates[o];
      const double z = tanh(double{c[at]}), dh = double{dy[at]} + dh_after[at];
      const double dcell = dc[at] + out * tanh_derivative(z) * dh;
      dsums[i] = static_cast<real>(sigmoid_derivative(in) * (new_cell * dcell));
      dsums[f] = static_cast<real>(sigmoid_derivative(forget) * (c_before[at] * dcell));
      dsums[g] = static_cast<real>(tanh_derivative(new_cell) * (in * dcell));
      dsums[o] = static_cast<real>(sigmoid_derivative(out) * (z * dh));
      dc[at] = static_cast<real>(forget * dcell);
    }
  }
}

// Srivastava et al. 2014. Philox block (place, c / 8) holds eight numbers of 16 bits, low half
// first, for the columns c … c + 7. The backward is the same function.
void dropout(int64_t rows, int64_t cols, const DropoutRule& rule, int64_t first,
             const int32_t* place, const real* x, real beta, real* dst) {
  const RandomKey key(rule.key);
  for (int64_t r = 0; r < rows; ++r, x += cols, dst += cols) {
    const uint64_t at = place ? static_cast<uint32_t>(place[r]) : static_cast<uint64_t>(first + r);
    for (int64_t c = 0; c < cols; ++c) {
      const uint32_t word = random_bits(key, static_cast<uint64_t>(c / 8), at)[c % 8 / 2];
      const uint32_t number = c % 2 == 0 ? word & 0xffff : word >> 16;
      put(dst[c], beta, double{x[c]} * (number >= rule.threshold ? rule.scale : 0));
    }
  }
}

}  // namespace

const RowKernels kReferenceKernels = {
    .scale_add = scale_add,
    .add = add,
    .multiply_add = multiply_add,
    .narrow = narrow,
    .widen = widen,
    .sum = sum,
    .sum_of_squares = sum_of_squares,
    .all_finite = all_finite,
    .activation_forward = {forward<relu>, forward<gelu>, forward<gelu_tanh>, forward<tanh>,
                           forward<sigmoid>, forward<scaled_tanh>},
    .activation_backward = {backward<relu_derivative>, backward<gelu_derivative>,
                            backward<gelu_tanh_derivative>, backward<tanh_derivative>,
                            backward<sigmoid_derivative>, backward<scaled_tanh_derivative>},
    .activation_both = {both<relu, relu_derivative, false>, both<gelu, gelu_derivative, false>,
                        both<gelu_tanh, gelu_tanh_derivative, false>,
                        both<tanh, tanh_derivative, true>, both<sigmoid, sigmoid_derivative, true>,
                        both<scaled_tanh, scaled_tanh_derivative, true>},
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

}  // namespace reprise::kernels
