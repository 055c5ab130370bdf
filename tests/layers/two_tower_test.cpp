#include "layers/models/two_tower.h"

#include <gtest/gtest.h>

#include <cmath>

#include "autograd/ops.h"
#include "layers/initializers.h"
#include "tests/layers/tiny_encoder.h"

namespace reprise {
namespace {

TwoTowerConfig tiny(const std::string& pooling) {
  return {.encoder = tiny_encoder("albert"), .pooling = pooling, .temperature = 0.5};
}

class TwoTowerBoth : public testing::TestWithParam<const char*> {
 protected:
  TwoTowerBoth() : model_(tiny(GetParam())) {
    model_.collect(collector_);
    initialize(collector_, {.type = "normal", .range = 0.2}, RandomKey(3));
  }

  Collector collector_;
  TwoTower model_;
  const Tokens first_ = two_sequences(), second_ = two_other_sequences();
};
INSTANTIATE_TEST_SUITE_P(Poolings, TwoTowerBoth, testing::Values("mean", "first"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(TwoTowerBoth, GivesCosines) {
  const Context plain;
  const Tensor same = model_.scores(plain, first_, first_).value();
  EXPECT_NEAR(same.item(0), 1 / 0.5, 1e-5);  // of a sentence with itself
  EXPECT_NEAR(same.item(3), 1 / 0.5, 1e-5);
  EXPECT_NEAR(same.item(1), same.item(2), 1e-6);
  EXPECT_LT(std::abs(same.item(1)), 1 / 0.5);
  const Tensor a = model_.scores(plain, first_, second_).value();
  const Tensor b = model_.scores(plain, second_, first_).value();
  EXPECT_NEAR(a.item(1), b.item(2), 1e-6);
}

// One tower's gradient with the other held constant, and the other way round: what both give at once.
TEST_P(TwoTowerBoth, AddsTheGradientsOfBothTowers) {
  const auto gradients = [&](bool first, bool second) {
    for (const ParameterPtr& parameter : collector_.parameters()) parameter->clear_gradient();
    Tape tape;
    const Context taped{.tape = &tape}, constant;
    const Variable a = model_.embed(first ? taped : constant, first_);
    const Variable b = model_.embed(second ? taped : constant, second_);
    tape.backward(sum(tanh(matmul(a, b, false, true))));
    std::vector<Tensor> all;
    for (const ParameterPtr& parameter : collector_.parameters()) {
      all.push_back(parameter->gradient().clone(Purpose::other));
    }
    return all;
  };
  const std::vector<Tensor> both = gradients(true, true), one = gradients(true, false),
                            other = gradients(false, true);
  for (size_t p = 0; p < both.size(); ++p) {
    double largest = 0;
    for (int64_t i = 0; i < both[p].numel(); ++i) {
      EXPECT_NEAR(both[p].item(i), one[p].item(i) + other[p].item(i), 1e-5) << collector_.parameters()[p]->name();
      largest = std::max(largest, std::abs(double{both[p].item(i)}));
    }
    if (collector_.parameters()[p]->name().find("key.bias") == std::string::npos) {
      EXPECT_GT(largest, 0) << collector_.parameters()[p]->name();
    }
  }
}

TEST_P(TwoTowerBoth, DrawsDropoutForEachTower) {
  const Context training{.training = true, .random = RandomKey(7)};
  const Tensor scores = model_.scores(training, first_, first_).value();
  EXPECT_LT(scores.item(0), 1 / 0.5 - 1e-4);
}

}  // namespace
}  // namespace reprise
