// Activations, by themselves and inside the feed-forward block.
#include "tests/core/kernel_cases.h"

namespace reprise::kernels {
namespace {

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
            const Numbers x = random(n, 1, is_of_output(f) ? 1 : 8), dy = random(n, 2);
            Numbers dx = destination(n, beta);
            activation_backward(f, n, x.data(), dy.data(), beta, dx.data());
            return dx;
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

std::vector<Kernel> activations() {
  return {
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
      forward_of("scaled_tanh", Activation::scaled_tanh),
      backward_of("scaled_tanh", Activation::scaled_tanh),
      bias_activation_of("bias_gelu", Activation::gelu),
      bias_activation_backward_of("bias_gelu_backward", Activation::gelu),
      bias_activation_backward_of("bias_gelu_tanh_backward", Activation::gelu_tanh),
      bias_activation_backward_of("bias_relu_backward", Activation::relu),
      bias_activation_backward_of("bias_tanh_backward", Activation::tanh),
      bias_activation_backward_of("bias_sigmoid_backward", Activation::sigmoid),
      bias_activation_backward_of("bias_scaled_tanh_backward", Activation::scaled_tanh),
      bias_activation_in_bfloat16("bias_gelu_tanh_in_bfloat16", Activation::gelu_tanh),
      bias_activation_in_bfloat16("bias_tanh_in_bfloat16", Activation::tanh),
  };
}

INSTANTIATE_TEST_SUITE_P(Activations, KernelTest, testing::ValuesIn(activations()), name_of);

}  // namespace
}  // namespace reprise::kernels
