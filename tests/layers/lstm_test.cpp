#include "layers/lstm.h"

#include <gtest/gtest.h>

#include <cmath>

#include "autograd/ops.h"
#include "core/error.h"
#include "layers/initializers.h"

namespace reprise {
namespace {

Tensor random(const Shape& shape, uint64_t seed) {
  Tensor tensor = Tensor::empty(shape);
  fill_uniform(tensor, RandomKey(seed), -1, 1);
  return tensor;
}

double largest_difference(const Tensor& a, const Tensor& b) {
  EXPECT_EQ(a.shape(), b.shape());
  double largest = 0;
  for (int64_t i = 0; i < a.numel(); ++i) largest = std::max(largest, std::abs(a.item(i) - b.item(i)));
  return largest;
}

struct Model {
  explicit Model(int64_t layers, double dropout = 0) : lstm(3, 4, layers, dropout) {
    lstm.collect(collector, "rnn");
    initialize(collector, {}, RandomKey(1));
  }
  Lstm lstm;
  Collector collector;
};

TEST(LstmLayer, HasPyTorchsNamesAndStarts) {
  Model model(2);
  std::vector<std::string> names;
  double largest = 0;
  for (const NamedPart& part : named_parts(model.collector.parameters())) {
    names.push_back(fmt::format("{} {}", part.name, part.value.shape()));
    for (const real w : part.value.values()) largest = std::max(largest, std::abs(double{w}));
  }
  EXPECT_EQ(names, (std::vector<std::string>{
                       "rnn.weight_ih_l0 [16, 3]", "rnn.weight_hh_l0 [16, 4]", "rnn.bias_ih_l0 [16]",
                       "rnn.bias_hh_l0 [16]", "rnn.weight_ih_l1 [16, 4]", "rnn.weight_hh_l1 [16, 4]",
                       "rnn.bias_ih_l1 [16]", "rnn.bias_hh_l1 [16]"}));
  EXPECT_LT(largest, 0.5);  // 1/√4
  EXPECT_GT(largest, 0.48);
  Collector given;
  model.lstm.collect(given, "rnn", 0.01);
  initialize(given, {}, RandomKey(1));
  for (const NamedPart& part : named_parts(given.parameters())) {
    for (const real w : part.value.values()) EXPECT_LT(std::abs(w), 0.01);
  }
}

TEST(LstmLayer, StacksLayersAndCarriesTheirStates) {
  const Model model(3);
  const Tensor x = random({6, 2, 3}, 2);
  const Lstm::Result whole = model.lstm.forward({}, Variable(x), {});
  EXPECT_EQ(whole.output.shape(), (Shape{6, 2, 4}));
  EXPECT_EQ(whole.state.h.shape(), (Shape{3, 2, 4}));
  EXPECT_EQ(largest_difference(whole.state.h.slice(2, 3), whole.output.value().slice(5, 6)), 0);
  const Lstm::Result first = model.lstm.forward({}, Variable(x.slice(0, 2)), {});
  const Lstm::Result second = model.lstm.forward({}, Variable(x.slice(2, 6)), first.state);
  EXPECT_LT(largest_difference(second.output.value(), whole.output.value().slice(2, 6)), 1e-6);
  EXPECT_LT(largest_difference(second.state.c, whole.state.c), 1e-6);
}

TEST(LstmLayer, IsItsOpsOneAfterTheOther) {
  const Model model(2);
  const auto& p = model.collector.parameters();
  const auto weights = [&](int layer) {
    const auto at = [&](int i) { return Variable(p[4 * layer + i]->value()); };
    return LstmWeights{at(0), at(1), at(2), at(3)};
  };
  const LstmState state{random({2, 2, 4}, 3), random({2, 2, 4}, 4)};
  const auto part = [](const Tensor& t, int l) { return Variable(t.slice(l, l + 1).view({2, 4})); };
  const Variable x(random({5, 2, 3}, 2));
  const Variable below = lstm(x, part(state.h, 0), part(state.c, 0), weights(0)).output;
  const LstmResult above = lstm(below, part(state.h, 1), part(state.c, 1), weights(1));
  const Lstm::Result result = model.lstm.forward({}, x, state);
  EXPECT_EQ(largest_difference(result.output.value(), above.output.value()), 0);
  EXPECT_EQ(largest_difference(result.state.c.slice(1, 2).view({2, 4}), above.c), 0);
}

// Between layers only, in training only, by place.
TEST(LstmLayer, DropsBetweenLayers) {
  const Tensor x = random({4, 2, 3}, 2);
  const auto output = [&](const Model& model, bool training, const Tensor& places = {}) {
    const Context context{.training = training, .random = RandomKey(9)};
    return model.lstm.forward(context, Variable(x), {}, places).output.value();
  };
  EXPECT_EQ(largest_difference(output(Model(1, 0.5), true), output(Model(1), true)), 0);
  EXPECT_EQ(largest_difference(output(Model(2, 0.5), false), output(Model(2), false)), 0);
  EXPECT_GT(largest_difference(output(Model(2, 0.5), true), output(Model(2), true)), 0);
  const std::vector<int32_t> rows = {0, 1, 2, 3, 4, 5, 6, 7}, others = {8, 1, 2, 3, 4, 5, 6, 7};
  const auto places = [](const std::vector<int32_t>& values) {
    return Tensor::of(Shape{8}, std::span<const int32_t>(values));
  };
  const Model model(2, 0.5);
  EXPECT_EQ(largest_difference(output(model, true, places(rows)), output(model, true)), 0);
  EXPECT_GT(largest_difference(output(model, true, places(others)), output(model, true)), 0);
}

TEST(LstmLayer, RefusesAStateOfOtherSizes) {
  const Model model(2);
  const auto message = [&](const Tensor& x, const LstmState& state) -> std::string {
    try {
      model.lstm.forward({}, Variable(x), state);
    } catch (const ShapeError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(message(random({5, 2, 3}, 1), {random({2, 3, 4}, 1), {}}),
            "lstm: the state before input [5, 2, 3] is [layers, batch, hidden] = [2, 2, 4], this one "
            "is [2, 3, 4]");
  EXPECT_EQ(message(random({5, 3}, 1), {}), "lstm: the input is [time, batch, in], this one is [5, 3]");
  EXPECT_NE(message(random({5, 2, 7}, 1), {}), "");
}

}  // namespace
}  // namespace reprise
