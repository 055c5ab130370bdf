#include "layers/conv2d.h"

#include <gtest/gtest.h>

#include "autograd/ops.h"
#include "layers/initializers.h"
#include "tests/autograd/testing.h"

namespace reprise {
namespace {

using testing::indices;
using testing::message_of;
using testing::pattern;

Conv2dConfig config_of(int64_t channels, int64_t kernel) {
  Conv2dConfig config;
  config.channels = channels;
  config.window.kernel = kernel;
  return config;
}

ConnectionsConfig table(const std::vector<std::vector<int64_t>>& rows) {
  ConnectionsConfig connections;
  connections.maps.emplace();
  for (const auto& row : rows) connections.maps->push_back({row});
  return connections;
}

// A layer and its Parameters, filled at random.
struct Built {
  Built(const Conv2dConfig& config, const Shape& input) : layer(config, input) {
    layer.collect(collector, "c");
    initialize(collector, {.type = "normal", .range = 0.5}, RandomKey(3));
  }
  const Tensor& value(const std::string& name) const { return parameter(name).value(); }
  const Parameter& parameter(const std::string& name) const {
    for (const ParameterPtr& p : collector.parameters()) {
      if (p->name() == name) return *p;
    }
    throw UsageError("no parameter {}", name);
  }
  int64_t numbers() const {
    int64_t total = 0;
    for (const ParameterPtr& p : collector.parameters()) total += p->numel();
    return total;
  }
  // Forward, and backward from a pattern.
  Tensor run(const Tensor& x, Tensor* dx) {
    for (const ParameterPtr& p : collector.parameters()) p->clear_gradient();
    Tape tape;
    const Variable y = layer.forward({.tape = &tape}, tape.input(x, dx));
    tape.backward(y, pattern(y.shape(), 7));
    return y.value();
  }

  Conv2d layer;
  Collector collector;
};

TEST(Conv2d, HasPyTorchsParameters) {
  const Built built(config_of(6, 5), {3, 28, 20});
  EXPECT_EQ(built.value("c.weight").shape(), (Shape{6, 3, 5, 5}));
  EXPECT_EQ(built.value("c.bias").shape(), Shape{6});
  EXPECT_EQ(built.layer.output_shape({3, 28, 20}), (Shape{6, 24, 16}));
  EXPECT_EQ(built.layer.output_shape({3, 5, 9}), (Shape{6, 1, 5}));  // any size of image
  EXPECT_EQ(config_of(6, 5).cost({3, 28, 20}).connections.value(), 6 * 24 * 16 * (75 + 1));
}

TEST(Conv2d, GroupsAndBiases) {
  Conv2dConfig config = config_of(6, 3);
  config.groups = 2;
  config.bias = "none";
  Built grouped(config, {4, 5, 5});
  EXPECT_EQ(grouped.value("c.weight").shape(), (Shape{6, 2, 3, 3}));
  EXPECT_EQ(grouped.collector.parameters().size(), 1u);
  EXPECT_EQ(config.cost({4, 5, 5}).connections.value(), 6 * 9 * 18);
  config.bias = "unit";
  EXPECT_EQ(Built(config, {4, 5, 5}).value("c.bias").shape(), (Shape{6, 3, 3}));
}

// The same outputs and gradients as a full layer with zeros where the table has no connection.
TEST(Conv2d, ATableIsAFullLayerWithHoles) {
  Conv2dConfig config = config_of(3, 2);
  config.connections = table({{0, 2}, {1}, {3, 0, 2}});
  const Shape input{4, 5, 4};
  Built sparse(config, input), full(config_of(3, 2), input);
  ASSERT_EQ(sparse.value("c.weight").shape(), (Shape{6, 2, 2}));
  const std::vector<int64_t> pairs = {0, 2, 4 + 1, 8 + 3, 8 + 0, 8 + 2};  // output map · 4 + input map
  const Tensor& weight = full.value("c.weight");
  weight.fill(0);
  for (int64_t p = 0; p < 6; ++p) {
    weight.view({12, 4}).slice(pairs[p], pairs[p] + 1).copy_from(
        sparse.value("c.weight").view({6, 4}).slice(p, p + 1));
  }
  full.value("c.bias").copy_from(sparse.value("c.bias"));
  const Tensor x = pattern({2, 4, 5, 4});
  Tensor dx, dx_full;
  EXPECT_TRUE(testing::same_bits(sparse.run(x, &dx), full.run(x, &dx_full)));
  EXPECT_TRUE(testing::same_bits(dx, dx_full));
  const Tensor& all = full.parameter("c.weight").gradient();
  for (int64_t p = 0; p < 6; ++p) {
    EXPECT_TRUE(testing::same_bits(
        sparse.parameter("c.weight").gradient().view({6, 4}).slice(p, p + 1),
        all.view({12, 4}).slice(pairs[p], pairs[p] + 1)));
  }
  EXPECT_EQ(sparse.numbers(), 6 * 4 + 3);
  EXPECT_EQ(config.cost(input).connections.value(), 4 * 3 * (6 * 4 + 3));
}

// With the shared layer's weights at every place, the unshared one gives the same, and the shared
// gradient is the sum of the unshared ones.
TEST(Conv2d, UnsharedWithEqualWeightsIsTheSharedLayer) {
  Conv2dConfig config = config_of(3, 2);
  config.connections = table({{0, 1}, {1}, {0}});
  config.window.stride = 2;
  config.window.padding = 1;
  const Shape input{2, 4, 5};
  Built shared(config, input);
  config.unshare();
  Built own(config, input);
  ASSERT_EQ(own.value("c.weight").shape(), (Shape{3, 3, 4, 2, 2}));
  ASSERT_EQ(own.value("c.bias").shape(), (Shape{3, 3, 3}));
  EXPECT_EQ(own.numbers(), config.cost(input).parameters.value());
  EXPECT_EQ(own.numbers(), config.cost(input).connections.value());
  const auto spread = [](const Tensor& one, const Tensor& many, int64_t stretch) {
    for (int64_t i = 0; i < many.numel(); ++i) {
      many.data()[i] = one.data()[i / stretch % one.numel()];
    }
  };
  spread(shared.value("c.weight"), own.value("c.weight"), 1);
  spread(shared.value("c.bias"), own.value("c.bias"), 9);
  const Tensor x = pattern({3, 2, 4, 5});
  Tensor dx, dx_own;
  EXPECT_LT(testing::difference(own.run(x, &dx_own), shared.run(x, &dx)), 1e-6);
  EXPECT_LT(testing::difference(dx_own, dx), 1e-6);
  const auto summed = [](const Tensor& many, const Tensor& one, int64_t stretch) {
    Tensor sums = Tensor::zeros(one.shape());
    for (int64_t i = 0; i < many.numel(); ++i) {
      sums.data()[i / stretch % one.numel()] += many.data()[i];
    }
    return testing::difference(sums, one);
  };
  EXPECT_LT(summed(own.parameter("c.weight").gradient(), shared.parameter("c.weight").gradient(), 1),
            1e-5);
  EXPECT_LT(summed(own.parameter("c.bias").gradient(), shared.parameter("c.bias").gradient(), 9),
            1e-5);
}

// LeCun's rule asks how many inputs a unit has: with a table, that differs from map to map.
TEST(Conv2d, StartsByTheInputsOfEachUnit) {
  Conv2dConfig config = config_of(2, 5);
  config.connections = table({{0}, {0, 1, 2, 3}});
  const auto largest = [&](const std::string& type, const std::string& name, int64_t begin,
                           int64_t end) {
    Built built(config, {4, 9, 9});
    initialize(built.collector, {.type = type}, RandomKey(5));
    const Tensor part = built.value(name).slice(begin, end);
    double most = 0;
    for (const real w : part.values()) most = std::max(most, std::abs(double{w}));
    return most;
  };
  const auto expect_within = [](double most, double bound) {
    EXPECT_LE(most, bound * 1.000001);
    EXPECT_GT(most, bound * 0.8);
  };
  expect_within(largest("lecun", "c.weight", 0, 1), 2.4 / 25);
  expect_within(largest("lecun", "c.weight", 1, 5), 2.4 / 100);
  expect_within(largest("pytorch", "c.weight", 0, 1), 1 / 5.0);
  expect_within(largest("pytorch", "c.weight", 1, 5), 1 / 10.0);
  EXPECT_LE(largest("lecun", "c.bias", 1, 2), 2.4 / 100);
  config.unshare();
  EXPECT_LE(largest("lecun", "c.bias", 1, 2), 2.4 / 100);
  expect_within(largest("lecun", "c.bias", 0, 1), 2.4 / 25);
  EXPECT_EQ(largest("normal", "c.bias", 0, 2), 0);
}

TEST(Conv2d, RefusesInputsThatDoNotFit) {
  const Built built(config_of(6, 5), {3, 28, 20});
  EXPECT_EQ(message_of<ShapeError>([&] { built.layer.output_shape({1, 28, 20}); }),
            "conv2d: made for an input of [3, 28, 20], this one is [1, 28, 20]");
  EXPECT_EQ(message_of<ShapeError>([&] { built.layer.output_shape({84}); }),
            "conv2d: its input is [maps, height, width], this one is [84]");
  EXPECT_EQ(message_of<ShapeError>([&] { Conv2d(config_of(6, 5), {3, 4, 20}); }),
            "conv2d: a kernel of 5 x 5 is larger than an image of 4 x 20 with a padding of 0 x 0");
  Conv2dConfig config = config_of(6, 5);
  config.bias = "unit";
  EXPECT_EQ(message_of<ShapeError>([&] { Built(config, {3, 9, 9}).layer.output_shape({3, 9, 8}); }),
            "conv2d: made for an input of [3, 9, 9], this one is [3, 9, 8]");
}

TEST(Conv2d, RefusesTablesThatDoNotFit) {
  const auto refusal = [](const std::vector<std::vector<int64_t>>& rows) {
    Conv2dConfig config = config_of(2, 1);
    config.connections = table(rows);
    return message_of<ShapeError>([&] { Conv2d(config, {3, 4, 4}); });
  };
  EXPECT_EQ(refusal({{0}}), "connections: a list for each of 2 output maps, not for 1");
  EXPECT_EQ(refusal({{0}, {1, 3}}),
            "connections: output map 1 sees the input map 3, of 3 from 0 on");
  EXPECT_EQ(refusal({{2, 0, 2}, {1}}), "connections: output map 0 sees the input map 2 twice");
}

}  // namespace
}  // namespace reprise
