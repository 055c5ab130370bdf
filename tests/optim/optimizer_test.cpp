#include "optim/optimizer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/parallel.h"
#include "optim/registry.h"
#include "support.h"

namespace reprise {
namespace {

const std::vector<std::string> kTypes = {"sgd", "adam", "adamw", "lamb"};

OptimizerConfig config_of(const std::string& type) {
  OptimizerConfig config;
  config.type = type;
  config.weight_decay = 0.1;
  if (type == "sgd") config.momentum = 0.9;
  return config;
}

// Every test of this file holds for every optimizer.
class OptimizerTest : public testing::TestWithParam<std::string> {
 protected:
  OptimizerConfig config() const { return config_of(GetParam()); }
};
INSTANTIATE_TEST_SUITE_P(All, OptimizerTest, testing::ValuesIn(kTypes),
                         [](const auto& row) { return row.param; });

ParameterPtr filled(const std::string& name, const Shape& shape, double seed) {
  ParameterPtr parameter = named_parameter(name, shape);
  const std::vector<real> values = wave(shape.numel(), seed);
  parameter->value().copy_from(Tensor::of(shape, std::span<const real>(values)));
  return parameter;
}

TEST_P(OptimizerTest, StepsPartsAsSeparateParameters) {
  const std::vector<std::string> names = {"query.weight", "key.bias", "value.weight"};
  const ParameterPtr packed = std::make_shared<Parameter>(Shape{6, 3}, 3);
  std::vector<ParameterPtr> separate;
  for (int p = 0; p < 3; ++p) {
    packed->parts()[p].name = names[p];
    separate.push_back(filled(names[p], {2, 3}, p));
    packed->value().slice(2 * p, 2 * p + 2).copy_from(separate[p]->value());
  }
  const auto one = make_optimizer(config(), {packed});
  const auto three = make_optimizer(config(), separate);
  for (int step = 0; step < 5; ++step) {
    std::vector<real> all;
    for (int p = 0; p < 3; ++p) {
      const std::vector<real> gradient = wave(6, 10 * step + p);
      set_gradient(*separate[p], gradient);
      all.insert(all.end(), gradient.begin(), gradient.end());
    }
    set_gradient(*packed, all);
    one->step(0.01);
    three->step(0.01);
  }
  for (int p = 0; p < 3; ++p) {
    EXPECT_EQ(numbers(packed->value().slice(2 * p, 2 * p + 2)), numbers(separate[p]->value()));
  }
  ASSERT_EQ(one->state().size(), three->state().size());
  for (size_t i = 0; i < one->state().size(); ++i) {
    EXPECT_EQ(one->state()[i].name(), three->state()[i].name());
    EXPECT_EQ(numbers(one->state()[i].tensor), numbers(three->state()[i].tensor));
  }
}

TEST_P(OptimizerTest, RefusesAParameterThatIsListedTwice) {
  const ParameterPtr w = named_parameter("w", {2});
  EXPECT_THROW(make_optimizer(config(), {w, w}), UsageError);
}

TEST_P(OptimizerTest, RefusesTwoPartsOfOneName) {
  EXPECT_THROW(make_optimizer(config(), {named_parameter("w", {2}), named_parameter("w", {2})}),
               UsageError);
}

TEST_P(OptimizerTest, SkipsFrozenParametersAndThoseWithoutAGradient) {
  const ParameterPtr frozen = filled("frozen", {3}, 1);
  const ParameterPtr unused = filled("unused", {3}, 2);
  const ParameterPtr trained = filled("trained", {3}, 3);
  frozen->set_trainable(false);
  const std::vector<real> before[] = {numbers(frozen->value()), numbers(unused->value()),
                                      numbers(trained->value())};
  int calls = 0;
  for (const ParameterPtr& p : {frozen, unused, trained}) {
    p->after_update = [&](Parameter& updated) {
      ++calls;
      EXPECT_EQ(&updated, trained.get());
    };
  }
  const auto optimizer = make_optimizer(config(), {frozen, unused, trained});
  set_gradient(*frozen, {1, 1, 1});
  set_gradient(*trained, {1, 1, 1});
  const uint64_t version = trained->version();
  optimizer->step(0.1);
  EXPECT_EQ(numbers(frozen->value()), before[0]);
  EXPECT_EQ(numbers(unused->value()), before[1]);
  EXPECT_NE(numbers(trained->value()), before[2]);
  EXPECT_EQ(frozen->version(), 0u);
  EXPECT_EQ(unused->version(), 0u);
  EXPECT_GT(trained->version(), version);
  EXPECT_EQ(calls, 1);
}

TEST_P(OptimizerTest, CallsAfterUpdateOnceForAPackedParameterWhenAllOfItIsUpdated) {
  const ParameterPtr packed = std::make_shared<Parameter>(Shape{2, 1}, 2);
  packed->parts()[0].name = "a";
  packed->parts()[1].name = "b";
  packed->value().fill(1);
  int calls = 0;
  packed->after_update = [&](Parameter& p) {
    ++calls;
    for (real x : p.value().values()) EXPECT_NE(x, 1);
    p.value().fill(0);  // a mask's work stays
  };
  const auto optimizer = make_optimizer(config(), {packed});
  set_gradient(*packed, {1, 1});
  optimizer->step(0.1);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(numbers(packed->value()), (std::vector<real>{0, 0}));
}

TEST_P(OptimizerTest, ScalesGradientsAsItReadsThem) {
  const ParameterPtr a = filled("w", {4}, 1);
  const ParameterPtr b = filled("w", {4}, 1);
  const auto scaled = make_optimizer(config(), {a});
  const auto plain = make_optimizer(config(), {b});
  for (int step = 0; step < 3; ++step) {
    set_gradient(*a, {4, -8, 12, 1});
    set_gradient(*b, {1, -2, 3, 0.25});
    scaled->step(0.1, 0.25);
    plain->step(0.1);
    EXPECT_EQ(numbers(a->gradient()), (std::vector<real>{4, -8, 12, 1}));
  }
  EXPECT_EQ(numbers(a->value()), numbers(b->value()));
}

TEST_P(OptimizerTest, DoesNotDecayPartsByName) {
  const ParameterPtr decayed = filled("Bias.weight", {3}, 1);  // matching is case-sensitive
  const ParameterPtr bias = filled("dense.bias", {3}, 1);
  const ParameterPtr norm = filled("attention.LayerNorm.weight", {3}, 1);
  const std::vector<real> before = numbers(bias->value());
  const auto optimizer = make_optimizer(config(), {decayed, bias, norm});
  for (const ParameterPtr& p : {decayed, bias, norm}) set_gradient(*p, {0, 0, 0});
  optimizer->step(0.1);
  EXPECT_EQ(numbers(bias->value()), before);
  EXPECT_EQ(numbers(norm->value()), before);
  for (int i = 0; i < 3; ++i) {
    EXPECT_LT(std::abs(decayed->value().values()[i]), std::abs(before[i]));
  }
}

TEST_P(OptimizerTest, GoesOnFromItsStateAsIfNothingHadHappened) {
  const ParameterPtr a = filled("w", {3, 2}, 1);
  const ParameterPtr b = filled("w", {3, 2}, 2);
  const auto first = make_optimizer(config(), {a});
  for (int step = 0; step < 4; ++step) {
    set_gradient(*a, wave(6, step));
    first->step(0.05);
  }
  const auto second = make_optimizer(config(), {b});
  b->value().copy_from(a->value());
  second->set_updates(first->updates());
  for (size_t i = 0; i < first->state().size(); ++i) {
    EXPECT_EQ(first->state()[i].name(), second->state()[i].name());
    second->state()[i].tensor.copy_from(first->state()[i].tensor);
  }
  for (int step = 4; step < 8; ++step) {
    set_gradient(*a, wave(6, step));
    set_gradient(*b, wave(6, step));
    first->step(0.05);
    second->step(0.05);
    EXPECT_EQ(numbers(a->value()), numbers(b->value()));
  }
  EXPECT_EQ(second->updates(), 8);
}

TEST_P(OptimizerTest, AllocatesItsMomentsAtOnceAndNothingLater) {
  const ParameterPtr w = filled("w", {64, 64}, 1);
  set_gradient(*w, wave(64 * 64, 0));
  const int64_t before = memory_use().live[static_cast<int>(Purpose::optimizer)];
  const auto optimizer = make_optimizer(config(), {w});
  const int64_t moments = GetParam() == "sgd" ? 1 : 2;
  const int64_t made = memory_use().live[static_cast<int>(Purpose::optimizer)];
  EXPECT_GE(made - before, moments * 64 * 64 * static_cast<int64_t>(sizeof(real)));
  EXPECT_EQ(static_cast<int64_t>(optimizer->state().size()), moments);
  optimizer->step(0.1);
  EXPECT_EQ(memory_use().live[static_cast<int>(Purpose::optimizer)], made);
}

TEST_P(OptimizerTest, HasTheSameBitsOnAnyNumberOfThreads) {
  const int usual = threads();
  constexpr int64_t kSize = 300'001;  // several ranges of every kernel, the last one short
  std::vector<real> expected;
  for (int count : {1, 2, 3, 8}) {
    set_threads(count);
    const ParameterPtr w = filled("w", {kSize}, 1);
    const auto optimizer = make_optimizer(config(), {w});
    for (int step = 0; step < 3; ++step) {
      set_gradient(*w, wave(kSize, step));
      optimizer->step(0.01, 0.5);
    }
    if (count == 1) expected = numbers(w->value());
    EXPECT_EQ(numbers(w->value()), expected) << count << " threads";
  }
  set_threads(usual);
}

TEST_P(OptimizerTest, RefusesNumbersThatAreNotFinite) {
  const ParameterPtr w = filled("w", {2}, 1);
  const auto optimizer = make_optimizer(config(), {w});
  EXPECT_THROW(optimizer->step(std::nan("")), UsageError);
  EXPECT_THROW(optimizer->step(0.1, std::numeric_limits<double>::infinity()), UsageError);
  EXPECT_EQ(optimizer->updates(), 0);
  EXPECT_THROW(optimizer->set_updates(-1), UsageError);
}

TEST_P(OptimizerTest, ClearsGradients) {
  const ParameterPtr w = filled("w", {2}, 1);
  const auto optimizer = make_optimizer(config(), {w});
  set_gradient(*w, {1, 1});
  optimizer->clear_gradients();
  EXPECT_FALSE(w->has_gradient());
}

TEST_P(OptimizerTest, TakesPartsWithoutElements) {
  const ParameterPtr w = named_parameter("w", {0, 3});
  const auto optimizer = make_optimizer(config(), {w});
  set_gradient(*w, {});
  EXPECT_NO_THROW(optimizer->step(0.1));
}

}  // namespace
}  // namespace reprise
