// The layers around convolutions: pools, subsampling, flatten, dropout, and LeNet-5's output.
#include <gtest/gtest.h>

#include <set>

#include "layers/digit_codes.h"
#include "layers/dropout.h"
#include "layers/flatten.h"
#include "layers/initializers.h"
#include "layers/linear.h"
#include "layers/pool2d.h"
#include "layers/rbf_output.h"
#include "layers/subsampling.h"
#include "tests/autograd/testing.h"

namespace reprise {
namespace {

using testing::indices;
using testing::message_of;
using testing::pattern;

WindowConfig window(int64_t kernel) {
  WindowConfig config;
  config.kernel = kernel;
  return config;
}

TEST(Pool2d, HasNoParameters) {
  const Pool2d pool(Pooling::average, window(2));
  EXPECT_EQ(pool.output_shape({6, 28, 27}), (Shape{6, 14, 13}));
  EXPECT_EQ(Pool2dConfig<Pooling::average>{window(2)}.cost({6, 28, 28}).connections.value(), 6 * 14 * 14 * 4);
  Collector collector;
  pool.collect(collector, "p");
  EXPECT_TRUE(collector.parameters().empty());
  EXPECT_EQ(pool.forward({}, Variable(pattern({2, 3, 4, 4}))).shape(), (Shape{2, 3, 2, 2}));
  WindowConfig padded = window(2);
  padded.padding = 2;
  EXPECT_EQ(message_of<ShapeError>([&] { Pool2d(Pooling::max, padded).output_shape({1, 9, 9}); }),
            "max_pool2d: a padding of 2 x 2 is more than half of the kernel, 2 x 2");
}

// S2 of LeNet-5
TEST(Subsampling, IsACoefficientTimesTheSumPlusABias) {
  Subsampling layer({.window = window(2)}, {6, 28, 28});
  Collector collector;
  layer.collect(collector, "s2");
  ASSERT_EQ(collector.parameters().size(), 2u);
  EXPECT_EQ(collector.parameters()[0]->numel() + collector.parameters()[1]->numel(), 12);
  EXPECT_EQ(SubsamplingConfig{window(2)}.cost({6, 28, 28}).connections.value(), 5880);
  initialize(collector, {.type = "lecun"}, RandomKey(1));
  const Tensor x = pattern({2, 6, 28, 28});
  const Tensor y = layer.forward({}, Variable(x)).value();
  ASSERT_EQ(y.shape(), (Shape{2, 6, 14, 14}));
  const auto at = [&](int64_t n, int64_t m, int64_t r, int64_t c) {
    return x.item(((n * 6 + m) * 28 + r) * 28 + c);
  };
  const double sum = at(1, 4, 6, 10) + at(1, 4, 6, 11) + at(1, 4, 7, 10) + at(1, 4, 7, 11);
  EXPECT_NEAR(y.item(((1 * 6 + 4) * 14 + 3) * 14 + 5),
              collector.parameters()[0]->value().item(4) * sum +
                  collector.parameters()[1]->value().item(4), 1e-6);
}

TEST(Subsampling, UnsharedHasAParameterForEachConnection) {
  const Shape input{3, 4, 6};
  Subsampling shared({.window = window(2)}, input), own({.window = window(2), .shared = false}, input);
  Collector one, many;
  shared.collect(one, "s");
  own.collect(many, "s");
  const LayerCost cost = SubsamplingConfig{.window = window(2), .shared = false}.cost(input);
  EXPECT_EQ(many.parameters()[0]->numel() + many.parameters()[1]->numel(), cost.connections.value());
  EXPECT_EQ(cost.parameters.value(), cost.connections.value());
  for (int64_t i = 0; i < 3; ++i) {
    one.parameters()[0]->value().data()[i] = static_cast<real>(0.3 + 0.1 * static_cast<double>(i));
    one.parameters()[1]->value().data()[i] = static_cast<real>(i);
  }
  const Tensor &weight = many.parameters()[0]->value(), &bias = many.parameters()[1]->value();
  for (int64_t i = 0; i < weight.numel(); ++i) {
    weight.data()[i] = one.parameters()[0]->value().data()[i / 4 % 3];
  }
  for (int64_t i = 0; i < bias.numel(); ++i) bias.data()[i] = static_cast<real>(i / 6);
  const Variable x(pattern({2, 3, 4, 6}));
  EXPECT_LT(testing::difference(own.forward({}, x).value(), shared.forward({}, x).value()), 1e-6);
  EXPECT_EQ(message_of<ShapeError>([&] { own.output_shape({3, 4, 8}); }),
            "subsampling: made for an input of [3, 4, 6], this one is [3, 4, 8]");
}

TEST(Flatten, PutsEachSampleInARow) {
  const Variable x(pattern({2, 3, 4, 5}));
  const Variable y = Flatten().forward({}, x);
  EXPECT_EQ(y.shape(), (Shape{2, 60}));
  EXPECT_TRUE(y.value().same_memory(x.value()));
  EXPECT_EQ(Flatten().output_shape({3, 4, 5}), Shape{60});
}

TEST(Linear, IsALayerOfSamples) {
  const Linear layer(400, 120);
  EXPECT_EQ(layer.output_shape({400}), Shape{120});
  EXPECT_EQ(LinearConfig{120}.cost({400}).connections.value(), 48120);
  EXPECT_EQ(message_of<ShapeError>([&] { layer.output_shape({16, 5, 5}); }),
            "linear: made for an input of [400], this one is [16, 5, 5]");
}

TEST(DropoutLayer, GoesBySamplesPlaces) {
  const Dropout layer(0.5);
  const Tensor x = Tensor::full({3, 2, 4, 4}, 1);
  Context context{.training = true, .random = RandomKey(9)};
  const Tensor whole = layer.forward(context, Variable(x)).value();
  context.places = indices({1}, {2});
  const Tensor last = layer.forward(context, Variable(x.slice(0, 1).clone())).value();
  EXPECT_TRUE(testing::same_bits(last, whole.slice(2, 3)));
  EXPECT_FALSE(testing::same_bits(whole.slice(1, 2), whole.slice(2, 3)));
  const Variable same(x);
  EXPECT_TRUE(layer.forward({.random = RandomKey(9)}, same).value().same_memory(x));
}

TEST(RbfOutput, IsTheDistanceFromTheCodes) {
  const RbfOutput layer;
  const Tensor codes = digit_codes();
  Collector collector;
  layer.collect(collector, "output");
  EXPECT_TRUE(collector.parameters().empty());
  EXPECT_EQ(RbfOutputConfig{}.cost({84}).connections.value(), 840);
  const Tensor y = layer.forward({}, Variable(codes)).value();  // each code as an input
  ASSERT_EQ(y.shape(), (Shape{10, 10}));
  for (int64_t i = 0; i < 10; ++i) {
    for (int64_t c = 0; c < 10; ++c) {
      if (i == c) {
        EXPECT_EQ(y.item(i * 10 + c), 0);
      } else {
        EXPECT_GE(y.item(i * 10 + c), 4 * 15) << i << " looks like " << c;
      }
    }
  }
  for (const real bit : codes.values()) EXPECT_TRUE(bit == 1 || bit == -1);
  EXPECT_EQ(message_of<ShapeError>([&] { layer.output_shape({10}); }),
            "rbf_output: its input is [84], the size of a digit's code; this one is [10]");
}

}  // namespace
}  // namespace reprise
