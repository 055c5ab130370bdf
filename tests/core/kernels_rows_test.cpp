// Softmax, norms, dropout and losses: kernels of rows.
#include "tests/core/kernel_cases.h"

namespace reprise::kernels {
namespace {

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

std::vector<Kernel> rows() {
  return {
      row_forward("softmax_forward", softmax_forward, 3e-7),
      row_backward("softmax_backward", softmax_backward, false),
      row_forward("log_softmax_forward", log_softmax_forward, 1e-6),
      row_backward("log_softmax_backward", log_softmax_backward, true),
      {"layer_norm_forward", false, 2e-6, run_layer_norm_forward},
      {"layer_norm_backward", true, 3e-6, run_layer_norm_backward},
      residual_norm("residual_norm", 0.3f),
      residual_norm("residual_norm_without_dropout", 0),
      dropout_with("dropout", false),
      dropout_with("dropout_with_places", true),
      {"cross_entropy_forward", false, 1e-6, run_cross_entropy_forward},
      {"cross_entropy_backward", true, 1e-6, run_cross_entropy_backward},
  };
}

INSTANTIATE_TEST_SUITE_P(Rows, KernelTest, testing::ValuesIn(rows()), name_of);

}  // namespace
}  // namespace reprise::kernels
