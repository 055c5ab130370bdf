// Every kernel: each instruction set against the reference, the vector sets against each other, any
// number of threads, and beta.
#include "core/kernels.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <ostream>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/kernels/isa.h"
#include "core/parallel.h"

namespace reprise::kernels {
namespace {

using Numbers = std::vector<float>;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

// n numbers of (-range, range), a function of the seed.
Numbers random(int64_t n, uint64_t seed, double range = 1) {
  Numbers x(static_cast<size_t>(n));
  for (int64_t i = 0; i < n; i += 4) {
    const auto bits = random_bits(RandomKey(seed), i);
    for (int64_t j = 0; j < 4 && i + j < n; ++j) {
      x[i + j] = static_cast<float>(range * (bits[j] * 0x1p-31 - 1));
    }
  }
  return x;
}
Numbers positive(int64_t n, uint64_t seed) {
  Numbers x = random(n, seed);
  for (float& value : x) value = 0.5f + std::abs(value);
  return x;
}
std::vector<int32_t> ids_below(int64_t n, int64_t limit, uint64_t seed) {
  std::vector<int32_t> ids(static_cast<size_t>(n));
  for (int64_t i = 0; i < n; ++i) {
    ids[i] = static_cast<int32_t>(random_bits(RandomKey(seed), i)[0] % limit);
  }
  return ids;
}

// Where a kernel with a beta writes: random numbers, or NaNs, which beta 0 must not read.
Numbers destination(int64_t n, float beta) {
  return beta == 0 ? Numbers(static_cast<size_t>(n), kNaN) : random(n, 99);
}

void append(Numbers& all, const Numbers& more) { all.insert(all.end(), more.begin(), more.end()); }

bool same_bits(const Numbers& a, const Numbers& b) {
  if (a.size() != b.size()) return false;
  return a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

// A kernel on random inputs of [rows, cols]: all of its outputs.
struct Kernel {
  std::string name;
  bool has_beta;
  double tolerance;  // |error| <= tolerance (1 + |reference|)
  std::function<Numbers(int64_t rows, int64_t cols, float beta)> run;

  friend void PrintTo(const Kernel& kernel, std::ostream* out) { *out << kernel.name; }
};

Kernel forward_of(const std::string& name, Activation f) {
  return {name + "_forward", false, 3e-7, [f](int64_t rows, int64_t cols, float) {
            Numbers x = random(rows * cols, 1, 8), y(x.size());
            activation_forward(f, rows * cols, x.data(), y.data());
            return y;
          }};
}

Kernel backward_of(const std::string& name, Activation f) {
  return {name + "_backward", true, 1e-6, [f](int64_t rows, int64_t cols, float beta) {
            const int64_t n = rows * cols;
            const bool of_output = f == Activation::tanh || f == Activation::sigmoid;
            const Numbers x = random(n, 1, of_output ? 1 : 8), dy = random(n, 2);
            Numbers dx = destination(n, beta);
            activation_backward(f, n, x.data(), dy.data(), beta, dx.data());
            return dx;
          }};
}

using Forward = void (*)(int64_t, int64_t, const float*, float*);
using Backward = void (*)(int64_t, int64_t, const float*, const float*, float, float*);

Kernel row_forward(const std::string& name, Forward f, double tolerance) {
  return {name, false, tolerance, [f](int64_t rows, int64_t cols, float) {
            Numbers x = random(rows * cols, 1, 8), y(x.size());
            f(rows, cols, x.data(), y.data());
            f(rows, cols, x.data(), x.data());  // in place
            EXPECT_TRUE(same_bits(x, y));
            return y;
          }};
}

Kernel row_backward(const std::string& name, Backward f, bool of_logarithm) {
  return {name, true, 2e-5, [f, of_logarithm](int64_t rows, int64_t cols, float beta) {
            Numbers y = random(rows * cols, 1, 3), dx = destination(rows * cols, beta);
            const Numbers dy = random(rows * cols, 2);
            for (float& value : y) value = of_logarithm ? value - 3 : std::abs(value) / 3;
            f(rows, cols, y.data(), dy.data(), beta, dx.data());
            return dx;
          }};
}

Numbers run_layer_norm_forward(int64_t rows, int64_t cols, float) {
  if (cols == 0) return {};  // no mean
  const Numbers x = random(rows * cols, 1, 4), gain = random(cols, 2), bias = random(cols, 3);
  Numbers y(x.size()), mean(rows), rstd(rows);
  layer_norm_forward(rows, cols, x.data(), gain.data(), bias.data(), 1e-3f, y.data(), mean.data(),
                     rstd.data());
  append(y, mean);
  append(y, rstd);
  return y;
}

Numbers run_layer_norm_backward(int64_t rows, int64_t cols, float beta) {
  const Numbers x = random(rows * cols, 1), gain = random(cols, 2), mean = random(rows, 3),
                rstd = positive(rows, 4), dy = random(rows * cols, 5);
  const auto run = [&](bool to_x, bool to_gain, bool to_bias) {
    Numbers dx = destination(rows * cols, beta), dgain = destination(cols, beta), dbias = dgain;
    layer_norm_backward(rows, cols, x.data(), gain.data(), mean.data(), rstd.data(), dy.data(),
                        beta, to_x ? dx.data() : nullptr, beta, to_gain ? dgain.data() : nullptr,
                        beta, to_bias ? dbias.data() : nullptr);
    return std::array<Numbers, 3>{dx, dgain, dbias};
  };
  std::array<Numbers, 3> all = run(true, true, true);
  EXPECT_TRUE(same_bits(all[0], run(true, false, false)[0]));
  EXPECT_TRUE(same_bits(all[1], run(false, true, false)[1]));
  EXPECT_TRUE(same_bits(all[2], run(false, false, true)[2]));
  append(all[0], all[1]);
  append(all[0], all[2]);
  return all[0];
}

// The same bits as its parts, one after the other.
Kernel residual_norm(const std::string& name, float p) {
  return {name, false, 2e-6, [p](int64_t rows, int64_t cols, float) {
            if (cols == 0) return Numbers{};
            const Numbers residual = random(rows * cols, 2), gain = random(cols, 3),
                          bias = random(cols, 4);
            const std::vector<int32_t> place = ids_below(rows, 1 << 30, 5);
            const RandomKey key(6);
            Numbers x = random(rows * cols, 1, 4), s(x.size()), y(x.size()), mean(rows), rstd(rows);
            Numbers wanted(x.size()), wanted_y(x.size());
            dropout(rows, cols, p, key, place.data(), x.data(), 0, wanted.data());
            scale_add(rows * cols, 1, residual.data(), 1, wanted.data());
            layer_norm_forward(rows, cols, wanted.data(), gain.data(), bias.data(), 1e-3f,
                               wanted_y.data(), mean.data(), rstd.data());
            const auto run = [&](float* sum) {
              residual_norm_forward(rows, cols, p, key, place.data(), x.data(), residual.data(),
                                    gain.data(), bias.data(), 1e-3f, sum, y.data(), mean.data(),
                                    rstd.data());
              EXPECT_TRUE(same_bits(y, wanted_y));
            };
            run(s.data());
            run(x.data());  // in place
            EXPECT_TRUE(same_bits(s, wanted));
            EXPECT_TRUE(same_bits(x, wanted));
            append(y, s);
            append(y, mean);
            append(y, rstd);
            return y;
          }};
}

// The same bits as the bias and the activation by themselves, in memory of its own and in place.
Kernel bias_activation_of(const std::string& name, Activation f) {
  return {name, false, 3e-7, [f](int64_t rows, int64_t cols, float) {
            const int64_t stride = cols + 3;
            Numbers sums = random(rows * cols, 1, 4), h((rows + 1) * stride), y(h.size());
            const Numbers bias = random(cols, 2), before = sums;
            for (int64_t r = 0; r < rows; ++r) {  // the tile is all but the first row
              std::copy_n(sums.data() + r * cols, cols, h.data() + (r + 1) * stride);
            }
            bias_activation({1, 0, rows, cols, h.data() + stride, stride}, bias.data(), f, stride,
                            h.data(), y.data());
            const Numbers in_place = h, y_in_place = y;
            bias_activation({1, 0, rows, cols, sums.data(), cols}, bias.data(), f, stride, h.data(),
                            y.data());
            EXPECT_TRUE(same_bits(h, in_place) && same_bits(y, y_in_place));
            sums = before;
            add_bias({1, 0, rows, cols, sums.data(), cols}, bias.data());
            Numbers wanted(rows * cols);
            activation_forward(f, rows * cols, sums.data(), wanted.data());
            for (int64_t r = 0; r < rows; ++r) {
              const auto is_row = [&](const Numbers& dense, const Numbers& whole) {
                const float* row = dense.data() + r * cols;
                return std::equal(row, row + cols, whole.data() + (r + 1) * stride);
              };
              EXPECT_TRUE(is_row(sums, h) && is_row(wanted, y)) << r;
            }
            return y;
          }};
}

// f and its derivative are those of the activation by itself, the sums are sum_rows'.
Kernel bias_activation_backward_of(const std::string& name, Activation f) {
  return {name, false, 3e-6, [f](int64_t rows, int64_t cols, float) {
            const int64_t stride = cols + 3;
            const Numbers h = random(rows * stride, 1, 4), before = random(rows * stride, 2);
            Numbers dy = before, y(rows * stride), dh(rows * stride), dbias = random(cols, 5);
            Numbers in_place = before, sums_in_place = dbias, wanted_sums = dbias;
            Numbers wanted(rows * stride), slope(rows * stride);
            activation_forward(f, rows * stride, h.data(), wanted.data());
            activation_backward(f, rows * stride, is_of_output(f) ? wanted.data() : h.data(),
                                before.data(), 0, slope.data());
            bias_activation_backward({0, 0, rows, cols, dy.data(), stride}, f, stride, h.data(),
                                     y.data(), dh.data(), dbias.data());
            bias_activation_backward({0, 0, rows, cols, in_place.data(), stride}, f, stride, h.data(),
                                     y.data(), in_place.data(), sums_in_place.data());
            EXPECT_TRUE(same_bits(dbias, sums_in_place));
            for (int64_t r = 0; r < rows; ++r) {
              for (int64_t c = 0; c < cols; ++c) {
                const int64_t at = r * stride + c;
                EXPECT_NEAR(y[at], wanted[at], 3e-6);
                EXPECT_NEAR(dh[at], slope[at], 1e-5);
                EXPECT_EQ(dh[at], in_place[at]);
                wanted_sums[c] += dh[at];
              }
            }
            EXPECT_TRUE(same_bits(dbias, wanted_sums));
            append(dbias, dh);
            append(dbias, y);
            return dbias;
          }};
}

// In bfloat16: what is kept is rounded, and the rest is computed from that.
Kernel bias_activation_in_bfloat16(const std::string& name, Activation f) {
  return {name, false, 0.01, [f](int64_t rows, int64_t cols, float) {
            Numbers sums = random(rows * cols, 1, 4), wide = sums, dy = random(rows * cols, 3);
            const Numbers bias = random(cols, 2);
            std::vector<BFloat16> h(sums.size()), y(h.size()), again(h.size()), dh(h.size());
            Numbers dbias(cols), in(h.size()), out(h.size());
            bias_activation({0, 0, rows, cols, sums.data(), cols}, bias.data(), f, cols, h.data(),
                            y.data());
            add_bias({0, 0, rows, cols, wide.data(), cols}, bias.data());
            widen(rows * cols, h.data(), in.data());
            activation_forward(f, rows * cols, in.data(), out.data());
            bias_activation_backward({0, 0, rows, cols, dy.data(), cols}, f, cols, h.data(),
                                     again.data(), dh.data(), dbias.data());
            for (size_t i = 0; i < h.size(); ++i) {
              EXPECT_EQ(h[i].bits, to_bfloat16(wide[i]).bits) << i;
              EXPECT_EQ(y[i].bits, to_bfloat16(out[i]).bits) << i;
              EXPECT_NEAR(to_float(again[i]), out[i], 0.008 * std::abs(out[i]) + 1e-6) << i;
            }
            widen(rows * cols, dh.data(), out.data());
            append(out, dbias);
            return out;
          }};
}

Numbers run_cross_entropy_forward(int64_t rows, int64_t cols, float) {
  if (cols == 0) return {};  // no label is possible
  const Numbers x = random(rows * cols, 1, 8);
  Numbers loss(rows), lse(rows);
  cross_entropy_forward(rows, cols, x.data(), ids_below(rows, cols, 2).data(), loss.data(),
                        lse.data());
  append(loss, lse);
  return loss;
}

Numbers run_cross_entropy_backward(int64_t rows, int64_t cols, float beta) {
  if (cols == 0) return {};
  Numbers x = random(rows * cols, 1, 4), dx = destination(rows * cols, beta);
  const Numbers lse(rows, std::log(static_cast<float>(cols)) + 2.5f), scale = random(rows, 3);
  const auto run = [&](float* to) {
    cross_entropy_backward(rows, cols, x.data(), ids_below(rows, cols, 2).data(), lse.data(),
                           scale.data(), beta, to);
  };
  run(dx.data());
  if (beta == 0) {  // in place as well
    run(x.data());
    EXPECT_TRUE(same_bits(x, dx));
  }
  return dx;
}

Kernel adam(const std::string& name, bool decoupled) {
  return {name, false, 1e-6, [decoupled](int64_t rows, int64_t cols, float) {
            const int64_t n = rows * cols;
            const AdamStep step{0.01, 0.9, 0.999, 1e-6, 0.1, 0.19, 0.002, decoupled};
            const Numbers g = random(n, 1);
            Numbers m = random(n, 2, 0.1), v = positive(n, 3), w = random(n, 4);
            adam_update(n, step, 0.5f, g.data(), m.data(), v.data(), w.data());
            append(m, v);
            append(m, w);
            return m;
          }};
}

Kernel dropout_with(const std::string& name, bool with_places) {
  return {name, true, 1e-7, [with_places](int64_t rows, int64_t cols, float beta) {
            const Numbers x = random(rows * cols, 1);
            std::vector<int32_t> place = ids_below(rows, 1 << 30, 2);
            Numbers dst = destination(rows * cols, beta);
            dropout(rows, cols, 0.3f, RandomKey(0x123456789abcdef),
                    with_places ? place.data() : nullptr, x.data(), beta, dst.data());
            return dst;
          }};
}

Numbers run_sums(int64_t rows, int64_t cols, float) {
  const Numbers x = random(rows * cols, 1);
  return {static_cast<float>(sum(rows * cols, x.data())),
          static_cast<float>(sum_of_squares(rows * cols, x.data())),
          static_cast<float>(all_finite(rows * cols, x.data()))};
}

Numbers run_scatter(int64_t rows, int64_t cols, float beta) {
  constexpr int64_t kTable = 5;
  const Numbers dy = random(rows * cols, 1);
  Numbers dst = destination(kTable * cols, beta);
  scatter_add_rows(rows, cols, dy.data(), ids_below(rows, kTable - 1, 2).data(), kTable, beta,
                   dst.data());
  return dst;
}

std::vector<Kernel> kernels() {
  return {
      {"scale_add", true, 1e-7,
       [](int64_t rows, int64_t cols, float beta) {
         Numbers x = random(rows * cols, 1), dst = destination(rows * cols, beta);
         scale_add(rows * cols, 0.7f, x.data(), beta, dst.data());
         return dst;
       }},
      {"multiply_add", true, 1e-7,
       [](int64_t rows, int64_t cols, float beta) {
         const Numbers x = random(rows * cols, 1), y = random(rows * cols, 2);
         Numbers dst = destination(rows * cols, beta);
         multiply_add(rows * cols, x.data(), y.data(), beta, dst.data());
         return dst;
       }},
      {"add_bias", false, 0,
       [](int64_t rows, int64_t cols, float) {
         Numbers c = random(rows * (cols + 3), 1);  // a tile of a wider matrix
         const Numbers bias = random(cols + 5, 2);
         add_bias({7, 5, rows, cols, c.data(), cols + 3}, bias.data());
         return c;
       }},
      {"transpose", false, 0,
       [](int64_t rows, int64_t cols, float) {
         const Numbers x = random(rows * cols, 1);
         Numbers y(x.size()), back(x.size());
         transpose(rows, cols, x.data(), y.data());
         transpose(cols, rows, y.data(), back.data());
         EXPECT_EQ(x, back);
         if (rows > 1 && cols > 1) {
           EXPECT_EQ(y[1], x[cols]);
         }
         return y;
       }},
      {"sum_rows", true, 1e-6,
       [](int64_t rows, int64_t cols, float beta) {
         const Numbers x = random(rows * cols, 1);
         Numbers dst = destination(cols, beta);
         sum_rows(rows, cols, x.data(), beta, dst.data());
         return dst;
       }},
      {"bfloat16", false, 0,
       [](int64_t rows, int64_t cols, float) {
         Numbers x = random(rows * cols, 1, 1e3), y(x.size());
         const Numbers special = {kNaN, kInfinity, -kInfinity, 1.00390625f, 1.01171875f, 3.4e38f, 0};
         std::copy_n(special.begin(), std::min(special.size(), x.size()), x.begin());
         std::vector<BFloat16> narrowed(x.size());
         narrow(rows * cols, x.data(), narrowed.data());
         widen(rows * cols, narrowed.data(), y.data());
         for (size_t i = 0; i < x.size(); ++i) {
           EXPECT_EQ(narrowed[i].bits, to_bfloat16(x[i]).bits) << x[i];
           EXPECT_TRUE(same_bits({y[i]}, {to_float(narrowed[i])})) << x[i];
           if (!std::isfinite(y[i])) y[i] = 0;  // NaNs are never equal
         }
         return y;
       }},
      {"sums", false, 1e-6, run_sums},
      {"narrowing_sums", true, 1e-6,
       [](int64_t rows, int64_t cols, float beta) {
         const Numbers x = random(rows * cols, 1), before = destination(cols, beta);
         Numbers sums = before, wanted = before;
         std::vector<BFloat16> y(x.size());
         sum_rows_and_narrow(rows, cols, x.data(), y.data(), beta, sums.data());
         sum_rows(rows, cols, x.data(), beta, wanted.data());
         EXPECT_TRUE(same_bits(sums, wanted));
         for (size_t i = 0; i < x.size(); ++i) EXPECT_EQ(y[i].bits, to_bfloat16(x[i]).bits);
         return sums;
       }},
      {"add_bias_in_bfloat16", false, 0.01,
       [](int64_t rows, int64_t cols, float) {
         Numbers x = random(rows * cols, 1), wide = x;
         const Numbers bias = random(cols, 2);
         std::vector<BFloat16> y((rows + 1) * (cols + 3));
         add_bias({1, 0, rows, cols, wide.data(), cols}, bias.data());
         add_bias({1, 0, rows, cols, x.data(), cols}, bias.data(), cols + 3, y.data());
         for (int64_t i = 0; i < rows * cols; ++i) {
           EXPECT_EQ(y[(1 + i / cols) * (cols + 3) + i % cols].bits, to_bfloat16(wide[i]).bits);
         }
         return wide;
       }},
      forward_of("relu", Activation::relu),
      backward_of("relu", Activation::relu),
      forward_of("gelu", Activation::gelu),
      backward_of("gelu", Activation::gelu),
      forward_of("gelu_tanh", Activation::gelu_tanh),
      backward_of("gelu_tanh", Activation::gelu_tanh),
      forward_of("tanh", Activation::tanh),
      backward_of("tanh", Activation::tanh),
      forward_of("sigmoid", Activation::sigmoid),
      backward_of("sigmoid", Activation::sigmoid),
      row_forward("softmax_forward", softmax_forward, 3e-7),
      row_backward("softmax_backward", softmax_backward, false),
      row_forward("log_softmax_forward", log_softmax_forward, 1e-6),
      row_backward("log_softmax_backward", log_softmax_backward, true),
      {"layer_norm_forward", false, 2e-6, run_layer_norm_forward},
      {"layer_norm_backward", true, 3e-6, run_layer_norm_backward},
      residual_norm("residual_norm", 0.3f),
      residual_norm("residual_norm_without_dropout", 0),
      bias_activation_of("bias_gelu", Activation::gelu),
      bias_activation_backward_of("bias_gelu_backward", Activation::gelu),
      bias_activation_backward_of("bias_gelu_tanh_backward", Activation::gelu_tanh),
      bias_activation_backward_of("bias_relu_backward", Activation::relu),
      bias_activation_backward_of("bias_tanh_backward", Activation::tanh),
      bias_activation_backward_of("bias_sigmoid_backward", Activation::sigmoid),
      bias_activation_in_bfloat16("bias_gelu_tanh_in_bfloat16", Activation::gelu_tanh),
      bias_activation_in_bfloat16("bias_tanh_in_bfloat16", Activation::tanh),
      dropout_with("dropout", false),
      dropout_with("dropout_with_places", true),
      {"gather_rows", false, 0,
       [](int64_t rows, int64_t cols, float) {
         const Numbers table = random(7 * cols, 1);
         Numbers y(rows * cols);
         gather_rows(rows, cols, table.data(), ids_below(rows, 7, 2).data(), y.data());
         return y;
       }},
      {"scatter_add_rows", true, 0, run_scatter},
      {"cross_entropy_forward", false, 1e-6, run_cross_entropy_forward},
      {"cross_entropy_backward", true, 1e-6, run_cross_entropy_backward},
      adam("adam_decoupled", true),
      adam("adam_coupled", false),
  };
}

struct Size {
  int64_t rows, cols;
};
constexpr Size kSizes[] = {{0, 5},  {1, 0},  {3, 1},  {3, 2},    {1, 7},   {2, 8},    {3, 9},
                           {2, 15}, {2, 16}, {5, 17}, {130, 31}, {3, 128}, {2, 1000}, {70, 257}};

class KernelTest : public testing::TestWithParam<Kernel> {
 protected:
  void TearDown() override {
    set_isa(isa_);
    set_threads(threads_);
  }
  std::vector<float> betas() const {
    return GetParam().has_beta ? Numbers{0, 1, 0.5f} : Numbers{0};
  }

 private:
  const Isa isa_ = isa();
  const int threads_ = threads();
};

std::vector<Isa> vector_isas() {
  std::vector<Isa> all;
  for (Isa isa : {Isa::v2, Isa::v3, Isa::v4}) {
    if (is_available(isa)) all.push_back(isa);
  }
  return all;
}

TEST_P(KernelTest, EveryIsaMatchesTheReference) {
  const Kernel& kernel = GetParam();
  for (const auto& [rows, cols] : kSizes) {
    for (float beta : betas()) {
      set_isa(Isa::reference);
      const Numbers wanted = kernel.run(rows, cols, beta);
      for (Isa isa : vector_isas()) {
        SCOPED_TRACE(fmt::format("{} [{}, {}] beta {}", to_string(isa), rows, cols, beta));
        set_isa(isa);
        const Numbers got = kernel.run(rows, cols, beta);
        ASSERT_EQ(got.size(), wanted.size());
        for (size_t i = 0; i < got.size(); ++i) {
          const double allowed = kernel.tolerance * (1 + std::abs(double{wanted[i]}));
          ASSERT_LE(std::abs(double{got[i]} - wanted[i]), allowed) << "element " << i;
        }
      }
    }
  }
}

TEST_P(KernelTest, VectorIsasGiveTheSameBits) {
  const std::vector<Isa> isas = vector_isas();
  for (const auto& [rows, cols] : kSizes) {
    Numbers first;
    for (Isa isa : isas) {
      set_isa(isa);
      const Numbers got = GetParam().run(rows, cols, 0);
      if (isa == isas.front()) first = got;
      EXPECT_TRUE(same_bits(got, first)) << to_string(isa) << " " << rows << " x " << cols;
    }
  }
}

TEST_P(KernelTest, SameBitsOnAnyThreads) {
  for (const auto& [rows, cols] : {Size{300, 257}, Size{3, 30000}, Size{20000, 2}}) {
    set_threads(1);
    const Numbers first = GetParam().run(rows, cols, 0.5f);
    for (int count : {2, 3, 8}) {
      set_threads(count);
      EXPECT_TRUE(same_bits(GetParam().run(rows, cols, 0.5f), first)) << count << " threads";
    }
  }
}

// What beta means, by comparison with beta 0.
TEST_P(KernelTest, BetaScalesWhatWasThere) {
  if (!GetParam().has_beta) GTEST_SKIP() << "has no beta";
  const Numbers plain = GetParam().run(9, 17, 0);
  for (float beta : {1.0f, 0.5f}) {
    const Numbers got = GetParam().run(9, 17, beta);
    Numbers before = random(static_cast<int64_t>(got.size()), 99);
    if (GetParam().name == "layer_norm_backward") {  // three outputs
      std::copy_n(before.begin(), 17, before.begin() + 9 * 17);
      std::copy_n(before.begin(), 17, before.begin() + 10 * 17);
    }
    for (size_t i = 0; i < got.size(); ++i) {
      EXPECT_FALSE(std::isnan(plain[i]));
      EXPECT_NEAR(got[i], plain[i] + beta * before[i], 1e-5) << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, KernelTest, testing::ValuesIn(kernels()),
                         [](const auto& kernel) { return kernel.param.name; });

TEST(Kernels, NarrowRoundsToTheNearestBFloat16) {
  const Numbers x = {1, 1.00390625f, 1.01171875f, 1.003906369f, -2.5f, 3.4e38f, kInfinity};
  const Numbers wanted = {1, 1, 1.015625f, 1.0078125f, -2.5f, kInfinity, kInfinity};
  std::vector<BFloat16> narrowed(x.size());
  Numbers y(x.size());
  narrow(std::ssize(x), x.data(), narrowed.data());
  widen(std::ssize(x), narrowed.data(), y.data());
  EXPECT_EQ(y, wanted);
}

TEST(Kernels, SumRowsIsAccurateOverManyRows) {
  const int64_t rows = 100000;
  const Numbers x(static_cast<size_t>(rows), 0.1f);
  float total = kNaN;
  sum_rows(rows, 1, x.data(), 0, &total);
  EXPECT_NEAR(total, rows * double{0.1f}, 0.02);  // one running float would be off by 1.4
}

TEST(Kernels, ScatterAddsRepeatedRowsInOrder) {
  const Numbers dy = {1e8f, 1, 1, 3, -1e8f, 1};  // the order shows: (1e8 + 1) - 1e8 is 0
  const std::vector<int32_t> ids = {1, 1, 1};
  Numbers dst(6, kNaN);
  scatter_add_rows(3, 2, dy.data(), ids.data(), 3, 0, dst.data());
  EXPECT_EQ(dst, (Numbers{0, 0, 0, 5, 0, 0}));
}

TEST(Kernels, AllFiniteFindsOneInAMillion) {
  Numbers x = random(1 << 20, 1);
  EXPECT_TRUE(all_finite(1 << 20, x.data()));
  for (float bad : {kNaN, kInfinity, -kInfinity}) {
    for (size_t at : {size_t{0}, size_t{777777}, x.size() - 1}) {
      const float before = std::exchange(x[at], bad);
      EXPECT_FALSE(all_finite(1 << 20, x.data()));
      x[at] = before;
    }
  }
}

}  // namespace
}  // namespace reprise::kernels
