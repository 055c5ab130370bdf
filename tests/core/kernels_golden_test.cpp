// The kernels against PyTorch 2.13 in float64: numbers printed from torch.nn.functional and
// torch.optim with the inputs below, gradients by y.backward(dy).
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "core/error.h"
#include "core/kernels.h"
#include "core/kernels/isa.h"

namespace reprise::kernels {
namespace {

using Numbers = std::vector<float>;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

// x, dy [2, 4]
const Numbers kX = {-2.5f, -1, -0.25f, 0.5f, 0.75f, 1.5f, 3, -0.5f};
const Numbers kDy = {0.5f, -1, 2, 0.25f, 1, -0.5f, 0.75f, 1.5f};

void expect_near(const Numbers& got, const std::vector<double>& wanted) {
  ASSERT_EQ(got.size(), wanted.size());
  for (size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], wanted[i], 1e-6) << i;
}

class Golden : public testing::TestWithParam<Isa> {
 protected:
  void SetUp() override {
    if (!is_available(GetParam()))
      GTEST_SKIP() << "this processor has no " << to_string(GetParam());
    set_isa(GetParam());
  }
  void TearDown() override { set_isa(isa_); }
  const Isa isa_ = isa();
};

struct ActivationCase {
  Activation f;
  std::vector<double> y, dx;
};
const ActivationCase kActivationCases[] = {
    {Activation::relu, {0, 0, 0, 0.5, 0.75, 1.5, 3, 0}, {0, 0, 0, 0.25, 1, -0.5, 0.75, 0}},
    {Activation::gelu,
     {-0.015524163, -0.158655254, -0.100323419, 0.345731231, 0.580029486, 1.399789198, 2.995950306,
      -0.154268769},
     {-0.018805543, 0.083315471, 0.60925329, 0.216873781, 0.999225722, -0.563734596, 0.758959235,
      0.198757313}},
    {Activation::gelu_tanh,
     {-0.015084266, -0.158808009, -0.100324649, 0.34571401, 0.579960555, 1.399571577, 2.996362608,
      -0.15428599},
     {-0.018975788, 0.082964084, 0.60929181, 0.216842476, 0.998938256, -0.563855397, 0.758688125,
      0.198945145}},
    {Activation::tanh,
     {-0.986614298, -0.761594156, -0.244918662, 0.462117157, 0.635148952, 0.905148254, 0.995054754,
      -0.462117157},
     {0.013296113, -0.419974342, 1.880029698, 0.196611933, 0.596585808, -0.090353319, 0.007399528,
      1.179671599}},
    {Activation::sigmoid,
     {0.07585818, 0.268941421, 0.437823499, 0.622459331, 0.679178699, 0.817574476, 0.952574127,
      0.377540669},
     {0.035051858, -0.196611933, 0.492268165, 0.058750928, 0.217894994, -0.074573226, 0.033882495,
      0.352505568}},
    {Activation::scaled_tanh,
     {-1.597690978, -0.999997256, -0.283364435, 0.551683706, 0.79294683, 1.306819412, 1.654174925,
      -0.551683706},
     {0.076091526, -0.755412436, 2.22547344, 0.25642111, 0.899643777, -0.240211324, 0.060614875,
      1.538526661}},
};

TEST_P(Golden, Activations) {
  for (const ActivationCase& c : kActivationCases) {
    SCOPED_TRACE(static_cast<int>(c.f));
    Numbers y(8), dx(8, kNaN);
    activation_forward(c.f, 8, kX.data(), y.data());
    expect_near(y, c.y);
    activation_backward(c.f, 8, is_of_output(c.f) ? y.data() : kX.data(), kDy.data(), 0, dx.data());
    expect_near(dx, c.dx);
  }
}

TEST_P(Golden, Softmax) {
  Numbers y(8), dx(8, kNaN);
  softmax_forward(2, 4, kX.data(), y.data());
  expect_near(y, {0.028526632, 0.127847495, 0.27065315, 0.572972723, 0.077572053, 0.164220037,
                  0.735983145, 0.022224765});
  softmax_backward(2, 4, y.data(), kDy.data(), 0, dx.data());
  expect_near(dx, {-0.002024401, -0.200843979, 0.386772742, -0.183904362, 0.032519249, -0.177486806,
                   0.124538254, 0.020429303});
}

TEST_P(Golden, LogSoftmax) {
  Numbers y(8), dx(8, kNaN);
  log_softmax_forward(2, 4, kX.data(), y.data());
  expect_near(y, {-3.556917168, -2.056917168, -1.306917168, -0.556917168, -2.556548061,
                  -1.806548061, -0.306548061, -3.806548061});
  log_softmax_backward(2, 4, y.data(), kDy.data(), 0, dx.data());
  expect_near(dx, {0.450078394, -1.223733117, 1.526356988, -0.752702265, 0.786676855, -0.951605102,
                   -1.273953649, 1.438881896});
}

TEST_P(Golden, LayerNorm) {
  const Numbers gain = {0.5f, 1.5f, -1, 2}, bias = {0.1f, 0.2f, 0.3f, -0.4f};
  Numbers y(8), mean(2), rstd(2), dx(8, kNaN), dgain(4, kNaN), dbias(4, kNaN);
  layer_norm_forward(2, 4, kX.data(), gain.data(), bias.data(), 1e-3f, y.data(), mean.data(),
                     rstd.data());
  expect_near(y, {-0.660329933, -0.053443311, -0.206886622, 1.965470901, -0.072588526, 0.569832557,
                  -1.130019219, -3.062794408});
  layer_norm_backward(2, 4, kX.data(), gain.data(), mean.data(), rstd.data(), kDy.data(), 0,
                      dx.data(), 0, dgain.data(), 0, dbias.data());
  expect_near(dx, {0.656691747, -0.753071708, -1.120029021, 1.216408982, -0.369302583, -0.722432592,
                   0.543747695, 0.54798748});
  expect_near(dgain, {-1.105506985, 0.045684688, 2.086287658, -1.701411943});
  expect_near(dbias, {1.5, -1.5, 2.75, 1.75});
}

TEST_P(Golden, CrossEntropy) {
  const std::vector<int32_t> labels = {3, 0};
  const Numbers scale = {0.5f, 2};
  Numbers loss(2), lse(2), dx(8, kNaN);
  cross_entropy_forward(2, 4, kX.data(), labels.data(), loss.data(), lse.data());
  expect_near(loss, {0.556917168, 2.556548061});
  cross_entropy_backward(2, 4, kX.data(), labels.data(), lse.data(), scale.data(), 0, dx.data());
  expect_near(dx, {0.014263316, 0.063923748, 0.135326575, -0.213513639, -1.844855894, 0.328440074,
                   1.47196629, 0.04444953});
}

// Three steps with lr 0.1, betas (0.9, 0.999), eps 1e-8, weight_decay 0.01 from w = (1, −2, 0.5),
// gradients (0.1, −0.2, 0.3) times the step's number.
void check_adam(bool decoupled, const std::vector<double>& wanted_w,
                const std::vector<double>& wanted_m, const std::vector<double>& wanted_v) {
  Numbers w = {1, -2, 0.5f}, m(3, 0), v(3, 0);
  for (int t = 1; t <= 3; ++t) {
    const Numbers g = {0.2f, -0.4f, 0.6f};  // halved by `scale`
    const AdamStep step{
        0.1, 0.9, 0.999, 1e-8, 0.01, 1 - std::pow(0.9, t), 1 - std::pow(0.999, t), decoupled};
    adam_update(3, step, 0.5f * static_cast<float>(t), g.data(), m.data(), v.data(), w.data());
  }
  expect_near(w, wanted_w);
  expect_near(m, wanted_m);
  for (size_t i = 0; i < 3; ++i) EXPECT_NEAR(v[i], wanted_v[i], 1e-9);
}

TEST_P(Golden, Adam) {
  check_adam(true, {0.704981113, -1.701984101, 0.2064796}, {0.0561, -0.1122, 0.1683},
             {0.00013994, 0.00055976, 0.00125946});
  check_adam(false, {0.706610012, -1.706658946, 0.207473604},
             {0.058522947, -0.117332972, 0.169368377}, {0.000150595, 0.000605649, 0.00127276});
}

INSTANTIATE_TEST_SUITE_P(Isas, Golden, testing::Values(Isa::reference, Isa::v2, Isa::v3, Isa::v4),
                         [](const auto& isa) { return std::string(to_string(isa.param)); });

}  // namespace
}  // namespace reprise::kernels
