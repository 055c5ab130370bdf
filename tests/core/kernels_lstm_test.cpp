// One time step of an LSTM, forward and backward.
#include "tests/core/kernel_cases.h"

namespace reprise::kernels {
namespace {

// The activated gates, c and h.
Numbers run_forward(int64_t rows, int64_t cols, float) {
  Numbers gates = random(4 * rows * cols, 1, 6), c(rows * cols), h(c.size());
  const Numbers c_before = random(rows * cols, 2, 2);
  lstm_forward(rows, cols, gates.data(), c_before.data(), c.data(), h.data());
  append(gates, c);
  append(gates, h);
  return gates;
}

// dsums and dc; in place as well.
Numbers run_backward(int64_t rows, int64_t cols, float) {
  Numbers gates = random(4 * rows * cols, 1);
  const int64_t n = rows * cols;
  const Numbers c_before = random(n, 2, 2), c = random(n, 3, 2), dy = random(n, 4);
  const Numbers dh_after = random(n, 5);
  Numbers dc = random(n, 6), dc_in_place = dc, dsums(gates.size(), kNaN);
  lstm_backward(rows, cols, gates.data(), c_before.data(), c.data(), dy.data(), dh_after.data(),
                dc.data(), dsums.data());
  lstm_backward(rows, cols, gates.data(), c_before.data(), c.data(), dy.data(), dh_after.data(),
                dc_in_place.data(), gates.data());
  EXPECT_TRUE(same_bits(dsums, gates) && same_bits(dc, dc_in_place));
  append(dsums, dc);
  return dsums;
}

const std::vector<Kernel> kKernels = {{"lstm_forward", false, 5e-7, run_forward},
                                      {"lstm_backward", false, 2e-6, run_backward}};

INSTANTIATE_TEST_SUITE_P(Lstm, KernelTest, testing::ValuesIn(kKernels), name_of);

// Gates that are shut or open all the way, and sums beyond what exp can take, leave numbers.
TEST(LstmKernels, SaturateWithoutNaN) {
  for (const float big : {100.0f, 1e30f, kInfinity}) {
    Numbers gates = {big, -big, -big, big}, c = {kNaN}, h = {kNaN};
    const Numbers c_before = {5}, dy = {1}, dh_after = {0};
    lstm_forward(1, 1, gates.data(), c_before.data(), c.data(), h.data());
    EXPECT_EQ(gates, (Numbers{1, 0, -1, 1}));
    EXPECT_EQ(c[0], -1);
    EXPECT_NEAR(h[0], std::tanh(-1.0), 1e-6);
    Numbers dc = {0};
    lstm_backward(1, 1, gates.data(), c_before.data(), c.data(), dy.data(), dh_after.data(), dc.data(),
                  gates.data());
    EXPECT_EQ(gates, (Numbers{0, 0, 0, 0}));
    EXPECT_EQ(dc[0], 0);
  }
}

}  // namespace
}  // namespace reprise::kernels
