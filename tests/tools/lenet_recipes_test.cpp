// The published networks, layer by layer: how many parameters and connections there are, and how many
// parameters when sharing is undone. Sources: LeCun et al. 1989; LeCun et al. 1998, section II.B.
#include <gtest/gtest.h>

#include <map>

#include "autograd/ops.h"
#include "core/parallel.h"
#include "layers/models/sequential.h"
#include "tests/autograd/testing.h"
#include "tests/tools/read_recipe.h"

namespace reprise {
namespace {

using testing::indices;
using testing::pattern;

Sequential recipe(const std::string& name, bool locally_connected = false) {
  return Sequential(read_recipe(name, {fmt::format("model.locally_connected={}", locally_connected)})
                        .model.sequential);
}

struct Counts {
  int64_t parameters, connections;
};

Counts total(const Sequential& model) {
  Counts sum{0, 0};
  for (const SequentialConfig::Step& step : model.config().steps()) {
    sum.parameters += step.cost.parameters.value();
    sum.connections += step.cost.connections.value();
  }
  Collector collector;
  model.collect(collector);
  int64_t stored = 0;
  for (const ParameterPtr& parameter : collector.parameters()) stored += parameter->numel();
  EXPECT_EQ(sum.parameters, stored);
  return sum;
}

// By name; layers without one of their own have no connections, apart from pools.
void expect_counts(const Sequential& model, const std::map<std::string, Counts>& wanted) {
  size_t found = 0;
  for (const SequentialConfig::Step& step : model.config().steps()) {
    const auto row = wanted.find(step.name);
    if (row == wanted.end()) {
      EXPECT_EQ(step.cost.parameters.value(), 0) << step.name;
      continue;
    }
    ++found;
    EXPECT_EQ(step.cost.parameters.value(), row->second.parameters) << step.name;
    EXPECT_EQ(step.cost.connections.value(), row->second.connections) << step.name;
  }
  EXPECT_EQ(found, wanted.size());
}

TEST(LeCun1989, HasTheCountsOfThePaper) {
  const Sequential model = recipe("lecun_1989");
  expect_counts(model, {{"h1", {1068, 19968}},  // 300 weights and 768 biases
                        {"h2", {2592, 38592}},  // 2,400 weights and 192 biases
                        {"h3", {5790, 5790}},
                        {"output", {310, 310}}});
  EXPECT_EQ(total(model).parameters, 9760);
  EXPECT_EQ(total(model).connections, 64660);
  int64_t units = 256;
  for (const SequentialConfig::Step& step : model.config().steps()) {
    if (step.cost.parameters.value() > 0) units += step.output.numel();
  }
  EXPECT_EQ(units, 1256);
}

TEST(LeCun1989, WithoutSharingHasAParameterForEachConnection) {
  const Sequential twin = recipe("lecun_1989", true);
  expect_counts(twin, {{"h1", {19968, 19968}},
                       {"h2", {38592, 38592}},
                       {"h3", {5790, 5790}},
                       {"output", {310, 310}}});
  EXPECT_EQ(total(twin).parameters, 64660);
}

TEST(LeNet5, HasTheCountsOfThePaper) {
  const Sequential model = recipe("lenet5_1998");
  expect_counts(model, {{"c1", {156, 122304}},
                        {"s2", {12, 5880}},
                        {"c3", {1516, 151600}},
                        {"s4", {32, 2000}},
                        {"c5", {48120, 48120}},
                        {"f6", {10164, 10164}},
                        {"output", {0, 840}}});
  EXPECT_EQ(total(model).parameters, 60000);
  EXPECT_EQ(total(model).connections, 340908);
}

TEST(LeNet5, WithoutSharingHasAParameterForEachTrainableConnection) {
  const Sequential twin = recipe("lenet5_1998", true);
  expect_counts(twin, {{"c1", {122304, 122304}},
                       {"s2", {5880, 5880}},
                       {"c3", {151600, 151600}},
                       {"s4", {2000, 2000}},
                       {"c5", {48120, 48120}},
                       {"f6", {10164, 10164}},
                       {"output", {0, 840}}});
  EXPECT_EQ(total(twin).parameters, 340908 - 840);
}

TEST(LeNet5, ModernFormsHaveTheUsualCounts) {
  for (const char* name : {"lenet5", "lenet5_modern"}) {
    const Sequential model = recipe(name), twin = recipe(name, true);
    expect_counts(model, {{"conv1", {156, 122304}},
                          {"conv2", {2416, 241600}},
                          {"fc1", {48120, 48120}},
                          {"fc2", {10164, 10164}},
                          {"fc3", {850, 850}}});
    expect_counts(twin, {{"conv1", {122304, 122304}},
                         {"conv2", {241600, 241600}},
                         {"fc1", {48120, 48120}},
                         {"fc2", {10164, 10164}},
                         {"fc3", {850, 850}}});
    EXPECT_EQ(total(model).parameters, 61706);
    EXPECT_EQ(total(twin).parameters, 423038);
    EXPECT_EQ(total(model).connections, 423038 + 4704 + 1600);  // and the pools'
  }
}

// Of 40 samples, which are several tasks.
std::vector<Tensor> gradients_of(const std::string& name, bool locally_connected) {
  const Sequential model = recipe(name, locally_connected);
  Collector collector;
  model.collect(collector);
  initialize(collector, model.config().initialization(), RandomKey(1));
  const Shape sample = model.config().input_shape();
  Tape tape;
  const Variable y = model.forward({.tape = &tape}, Variable(pattern({40, sample[0], sample[1],
                                                                      sample[2]})));
  tape.backward(y, pattern(y.shape(), 3));
  std::vector<Tensor> gradients;
  for (const ParameterPtr& parameter : collector.parameters()) {
    gradients.push_back(parameter->gradient());
  }
  return gradients;
}

// Each network and its twin learn a batch by heart, all the way from its own loss.
double loss_after(const std::string& name, bool locally_connected, int steps, double rate) {
  const Sequential model = recipe(name, locally_connected);
  Collector collector;
  model.collect(collector);
  initialize(collector, model.config().initialization(), RandomKey(1));
  const Shape sample = model.config().input_shape();
  const Tensor x = pattern({4, sample[0], sample[1], sample[2]});
  const Tensor labels = indices({4}, {3, 0, 7, 3});
  const Tensor targets = Tensor::full({4, 10}, -1);
  for (int64_t i = 0; i < 4; ++i) targets.data()[i * 10 + labels.data<int32_t>()[i]] = 1;
  double value = 0;
  Tape tape;
  for (int step = 0; step <= steps; ++step) {
    tape.reset();
    const Variable y = model.forward({.tape = &tape, .training = true}, Variable(x));
    const Variable loss = name == "lecun_1989"    ? squared_error(y, targets, 0.25 / 10)
                          : name == "lenet5_1998" ? radial_basis_loss(y, labels, 0.1, 0.25)
                                                  : cross_entropy(y, labels, 0.25);
    value = loss.value().item();
    tape.backward(loss);
    for (const ParameterPtr& parameter : collector.parameters()) {
      real* w = parameter->value().data();
      const real* g = parameter->gradient().data();
      for (int64_t i = 0; i < parameter->numel(); ++i) w[i] -= static_cast<real>(rate) * g[i];
      parameter->touch();
      parameter->clear_gradient();
    }
  }
  return value;
}

// The same bits however many threads take part, in all parts of the networks.
TEST(LeNet5, HasTheSameGradientsOnAnyThreads) {
  const int usual = threads();
  for (const char* name : {"lecun_1989", "lenet5_1998", "lenet5_modern"}) {
    for (const bool locally_connected : {false, true}) {
      std::vector<Tensor> first;
      for (const int count : {1, 2, 3, 8}) {
        set_threads(count);
        const std::vector<Tensor> gradients = gradients_of(name, locally_connected);
        if (count == 1) first = gradients;
        for (size_t i = 0; i < gradients.size(); ++i) {
          EXPECT_TRUE(testing::same_bits(gradients[i], first[i])) << name << " " << i << " " << count;
        }
      }
    }
  }
  set_threads(usual);
}

class Learning : public ::testing::TestWithParam<std::pair<const char*, double>> {};

TEST_P(Learning, LowersTheLoss) {
  const auto [name, rate] = GetParam();
  for (const bool locally_connected : {false, true}) {
    const double before = loss_after(name, locally_connected, 0, rate);
    const double after = loss_after(name, locally_connected, 30, rate);
    EXPECT_LT(after, 0.8 * before) << name << (locally_connected ? ", not shared" : "");
  }
}

INSTANTIATE_TEST_SUITE_P(Recipes, Learning,
                         ::testing::Values(std::pair("lecun_1989", 0.3), std::pair("lenet5_1998", 3e-3),
                                           std::pair("lenet5", 0.1), std::pair("lenet5_modern", 0.05)),
                         [](const auto& test) { return std::string(test.param.first); });

}  // namespace
}  // namespace reprise
