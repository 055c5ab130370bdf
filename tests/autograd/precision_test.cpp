// Products in bfloat16 against float32: close, and exactly equal where rounding changes nothing.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "autograd/context.h"
#include "autograd/ops.h"
#include "autograd/ops/operands.h"
#include "core/kernels.h"
#include "tests/autograd/testing.h"

namespace reprise::testing {
namespace {

constexpr auto kNarrow = Precision::bfloat16;
constexpr auto kWide = Precision::float32;

// x rounded to bfloat16
Tensor rounded(const Tensor& x) {
  const Tensor y = Tensor::empty(x.shape()), narrow = Tensor::empty(x.shape(), DType::bf16);
  kernels::narrow(x.numel(), x.data(), narrow.data<BFloat16>());
  kernels::widen(x.numel(), narrow.data<BFloat16>(), y.data());
  return y;
}

Tensor scaled(const Tensor& x, double factor) {
  for (int64_t i = 0; i < x.numel(); ++i) x.data()[i] *= static_cast<real>(factor);
  return x;
}

// |a − b| over |b|, of all elements together
double distance(const Tensor& a, const Tensor& b) {
  double difference = 0, size = 0;
  for (int64_t i = 0; i < b.numel(); ++i) {
    difference += std::pow(a.item(i) - b.item(i), 2);
    size += std::pow(b.item(i), 2);
  }
  return std::sqrt(difference / size);
}

Variable weighted_sum(const Variable& y) { return sum(mul(y, Variable(pattern(y.shape(), 9)))); }

// The results and all gradients of `op` on Parameters with these values, used twice.
using Op = std::function<Variable(std::span<const Variable>, Precision)>;
std::vector<Tensor> run(const Op& op, const std::vector<Tensor>& values, Precision precision) {
  std::vector<ParameterPtr> parameters;
  for (const Tensor& value : values) parameters.push_back(parameter(value));
  Tape tape;
  std::vector<Tensor> all;
  Variable loss;
  for (int use = 0; use < 2; ++use) {
    std::vector<Variable> inputs;
    for (const ParameterPtr& p : parameters) inputs.push_back(tape.bind(p));
    const Variable y = op(inputs, precision);
    all.push_back(y.value().clone());
    loss = use == 0 ? weighted_sum(y) : add(loss, weighted_sum(y));
  }
  tape.backward(loss);
  for (const ParameterPtr& p : parameters) all.push_back(p->gradient().clone());
  return all;
}

const Op kLinear = [](std::span<const Variable> x, Precision p) {
  return linear(x[0], x[1], x[2], p);
};
const Op kFeedForward = [](std::span<const Variable> x, Precision p) {
  return feed_forward(x[0], x[1], x[2], x[3], x[4], Activation::gelu, p);
};

TEST(Precision, AttentionInBFloat16IsClose) {
  const Op op = [](std::span<const Variable> x, Precision p) {
    return attention(x[0], indices({3}, {0, 5, 9}), {.heads = 2}, p);
  };
  const std::vector<Tensor> values = {pattern({9, 48}, 0)};
  const auto wide = run(op, values, kWide), narrow = run(op, values, kNarrow);
  for (size_t i = 0; i < wide.size(); ++i) EXPECT_LT(distance(narrow[i], wide[i]), 0.02) << i;
  EXPECT_GT(distance(narrow[0], wide[0]), 1e-5) << "rounded indeed";
}

TEST(Precision, LinearInBFloat16IsClose) {
  const std::vector<Tensor> values = {pattern({9, 40}, 0), pattern({24, 40}, 1), pattern({24}, 2)};
  const auto wide = run(kLinear, values, kWide), narrow = run(kLinear, values, kNarrow);
  for (size_t i = 0; i < wide.size(); ++i) {
    EXPECT_LT(distance(narrow[i], wide[i]), 0.02) << i;
  }
  EXPECT_GT(distance(narrow[0], wide[0]), 1e-5) << "rounded indeed";
}

// Attention rounds what it gets: a projection that does so before it changes no bit.
TEST(Precision, AttentionTakesRoundedQueriesKeysAndValues) {
  const auto op = [](Precision result) {
    return [result](std::span<const Variable> x, Precision p) {
      const Variable qkv = linear(x[0], x[1], x[2], p, result);
      return attention(qkv, indices({3}, {0, 5, 300}), {.heads = 2, .dropout = {.p = 0.1}}, p);
    };
  };
  const std::vector<Tensor> values = {pattern({300, 40}, 0), pattern({48, 40}, 1), pattern({48}, 2)};
  const auto before = run(op(kNarrow), values, kNarrow), after = run(op(kWide), values, kNarrow);
  for (size_t i = 0; i < before.size(); ++i) EXPECT_EQ(distance(before[i], after[i]), 0) << i;
}

TEST(Precision, LinearOfRoundedNumbersIsExact) {
  const std::vector<Tensor> values = {rounded(pattern({9, 40}, 0)), rounded(pattern({24, 40}, 1)),
                                      pattern({24}, 2)};
  EXPECT_LT(distance(run(kLinear, values, kNarrow)[0], run(kLinear, values, kWide)[0]), 1e-6);
}

TEST(Precision, FeedForwardInBFloat16IsClose) {
  for (const int64_t inner : {24, 1024}) {  // the second with padded rows
    const std::vector<Tensor> values = {pattern({9, 40}, 0), scaled(pattern({inner, 40}, 1), 0.1),
                                        pattern({inner}, 2), scaled(pattern({16, inner}, 3), 0.1),
                                        pattern({16}, 4)};
    const auto wide = run(kFeedForward, values, kWide), narrow = run(kFeedForward, values, kNarrow);
    for (size_t i = 0; i < wide.size(); ++i) {
      EXPECT_LT(distance(narrow[i], wide[i]), 0.03) << i;
    }
  }
}

// A shared weight is converted once, and again after it has changed.
TEST(Precision, ConvertsAParameterOncePerVersion) {
  const ParameterPtr p = parameter(Tensor::full({2, 2}, 1));
  const void* first = p->bfloat16().raw();
  p->value().fill(3);
  EXPECT_EQ(p->bfloat16().item(), 1) << "the version is the same";
  p->touch();
  EXPECT_EQ(p->bfloat16().item(), 3);
  EXPECT_EQ(p->bfloat16().raw(), first);
}

// From its second use on, or when asked to keep it, a weight is packed once per version.
TEST(Precision, PacksAParameterOncePerVersion) {
  for (const Precision precision : {Precision::float32, Precision::bfloat16}) {
    const ParameterPtr p = parameter(pattern({3, 2}, 0));
    const auto for_one_use = p->packed(Transpose::yes, precision, false);
    const auto kept = p->packed(Transpose::yes, precision, true);
    EXPECT_NE(for_one_use, kept);
    EXPECT_EQ(p->packed(Transpose::yes, precision, false), kept);
    EXPECT_NE(p->packed(Transpose::no, precision, true), kept);
    EXPECT_EQ(kept->k(), 2);
    EXPECT_EQ(kept->n(), 3);
    p->touch();
    EXPECT_NE(p->packed(Transpose::yes, precision, true), kept);
  }
}

// Where no tape records them, a weight's uses are counted until the value changes.
TEST(Precision, KeepsAPackedWeightForUsesThatNoTapeRecords) {
  const Variable x(pattern({kFewestPackedRows, 2}, 1)), bias(pattern({3}, 2));
  for (const Precision precision : {kWide, kNarrow}) {
    const ParameterPtr w = parameter(pattern({3, 2}, 0));
    const auto use = [&] { return linear(x, Context{}.bind(w), bias, precision).value(); };
    const auto live = [] { return memory_use().live[static_cast<int>(Purpose::weights)]; };
    const int64_t before = live();
    const Tensor first = use();
    EXPECT_EQ(live(), before) << "one use keeps nothing";
    EXPECT_TRUE(same_bits(use(), first));
    const int64_t with_packed = live();
    EXPECT_GT(with_packed, before);
    EXPECT_TRUE(same_bits(use(), first));
    EXPECT_EQ(live(), with_packed);
    w->value().fill(1);
    w->touch();
    EXPECT_FALSE(same_bits(use(), first));
    EXPECT_EQ(live(), before) << "what was kept of the old value is gone";
  }
}

TEST(Precision, KeepsAPackedWeightThatIsNotTrained) {
  const ParameterPtr w = parameter(pattern({3, 2}, 0));
  w->set_trainable(false);
  Tape tape;
  EXPECT_EQ(tape.bind(w).use().parameter, w.get());
  EXPECT_EQ(tape.bind(w).use().number, 1);
  EXPECT_EQ(tape.bind(w).tape(), nullptr);
}

}  // namespace
}  // namespace reprise::testing
