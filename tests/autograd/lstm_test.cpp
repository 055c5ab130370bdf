// What the table of ops can't say of an LSTM: that it is its unrolled twin, over a thousand steps; what
// it keeps; that threads and observers change nothing; and what it says of operands that don't fit.
#include <gtest/gtest.h>

#include <array>

#include "core/parallel.h"
#include "tests/autograd/block.h"

namespace reprise::testing {

namespace {

// A layer with its inputs, all of them Parameters so that each has a gradient to compare.
struct Layer {
  int64_t steps, batch, in, hidden;
  ParameterPtr x = numbers({steps, batch, in}, 0);
  ParameterPtr h0 = numbers({batch, hidden}, 1);
  ParameterPtr c0 = numbers({batch, hidden}, 2);
  ParameterPtr weight_ih = numbers({4 * hidden, in}, 3);
  ParameterPtr weight_hh = numbers({4 * hidden, hidden}, 4);
  ParameterPtr bias_ih = numbers({4 * hidden}, 5);
  ParameterPtr bias_hh = numbers({4 * hidden}, 6);

  static ParameterPtr numbers(const Shape& shape, int k) {
    return parameter(scale(Variable(pattern(shape, k)), 0.5).value());
  }
  std::array<ParameterPtr, 7> parameters() const {
    return {x, h0, c0, weight_ih, weight_hh, bias_ih, bias_hh};
  }
};

LstmResult fused(const Context& context, const Layer& layer) {
  return lstm(context.bind(layer.x), context.bind(layer.h0), context.bind(layer.c0),
              {context.bind(layer.weight_ih), context.bind(layer.weight_hh),
               context.bind(layer.bias_ih), context.bind(layer.bias_hh)});
}

// The same from basic ops: every weight bound once per time step.
struct Unrolled {
  Variable output, h, c;
};
Unrolled unrolled(const Context& context, const Layer& layer) {
  const int64_t hidden = layer.hidden;
  const Variable x = context.bind(layer.x);
  Variable h = context.bind(layer.h0), c = context.bind(layer.c0);
  std::vector<Variable> outputs;
  for (int64_t t = 0; t < layer.steps; ++t) {
    const Variable x_t = view(narrow(x, 0, t, 1), {layer.batch, layer.in});
    const Variable sums =
        add(linear(x_t, context.bind(layer.weight_ih), context.bind(layer.bias_ih)),
            linear(h, context.bind(layer.weight_hh), context.bind(layer.bias_hh)));
    const auto gate = [&](int number) { return narrow(sums, 1, number * hidden, hidden); };
    c = add(mul(sigmoid(gate(1)), c), mul(sigmoid(gate(0)), tanh(gate(2))));
    h = mul(sigmoid(gate(3)), tanh(c));
    outputs.push_back(h);
  }
  return {view(concat(outputs, 0), {layer.steps, layer.batch, hidden}), h, c};
}

void expect_twins(const Layer& layer, double tolerance) {
  std::vector<Tensor> gradients;
  Tape tape;
  const Unrolled wanted = unrolled(Context{.tape = &tape}, layer);
  EXPECT_EQ(tape.uses(*layer.weight_hh), layer.steps);
  tape.backward(weighted_sum(wanted.output));
  for (const ParameterPtr& p : layer.parameters()) {
    gradients.push_back(p->gradient().clone());
    p->clear_gradient();
  }
  tape.reset();
  const LstmResult got = fused(Context{.tape = &tape}, layer);
  EXPECT_EQ(tape.uses(*layer.weight_hh), 1);
  EXPECT_LT(difference(got.output.value(), wanted.output.value()), tolerance);
  EXPECT_LT(difference(got.h, wanted.h.value()), tolerance);
  EXPECT_LT(difference(got.c, wanted.c.value()), tolerance);
  tape.backward(weighted_sum(got.output));
  for (size_t p = 0; p < gradients.size(); ++p) {
    EXPECT_LT(difference(layer.parameters()[p]->gradient(), gradients[p]), tolerance) << p;
  }
}

TEST(Lstm, IsItsUnrolledTwin) {
  expect_twins({.steps = 7, .batch = 3, .in = 5, .hidden = 4}, kTolerance);
}

TEST(Lstm, IsItsUnrolledTwinOverAThousandSteps) {
  expect_twins({.steps = 1000, .batch = 2, .in = 3, .hidden = 5}, 20 * kTolerance);
}

// Sizes beyond one tile and one task.
TEST(Lstm, GivesTheSameBitsOnAnyThreads) {
  const int before = threads();
  std::vector<Tensor> first;
  for (const int count : {1, 2, 3, 8}) {
    set_threads(count);
    const Layer layer{.steps = 4, .batch = 40, .in = 200, .hidden = 260};
    Tape tape;
    const LstmResult result = fused(Context{.tape = &tape}, layer);
    std::vector<Tensor> all = {result.output.value(), result.h, result.c};
    tape.backward(weighted_sum(result.output));
    for (const ParameterPtr& p : layer.parameters()) all.push_back(p->gradient());
    if (first.empty()) first = all;
    for (size_t i = 0; i < all.size(); ++i) {
      EXPECT_TRUE(same_bits(all[i], first[i])) << count << " threads, tensor " << i;
    }
  }
  set_threads(before);
}

// Four gates, h and c at every step, and nothing that grows faster.
TEST(Lstm, KeepsMemoryLinearInTime) {
  constexpr int64_t kBatch = 3, kIn = 2, kHidden = 8;
  constexpr auto kState = int64_t{kBatch * kHidden * sizeof(real)};
  for (const int64_t steps : {10, 100, 1000}) {
    const Layer layer{.steps = steps, .batch = kBatch, .in = kIn, .hidden = kHidden};
    for (const ParameterPtr& p : layer.parameters()) p->gradient_sink();  // allocated before
    const Tensor dy = pattern({steps, kBatch, kHidden});
    Tape tape;
    const int64_t before = memory_use().live_total;
    reset_peak_memory();
    const Variable y = fused(Context{.tape = &tape}, layer).output;
    EXPECT_EQ(memory_use().live_total - before, (6 * steps + 2) * kState);
    tape.backward(y, dy);
    const int64_t sums = 2 * (3 * steps / 64 + 1) * 4 * kHidden * int64_t{sizeof(real)};
    EXPECT_LE(memory_use().peak_total - before, (7 * steps + 40) * kState + sums);
  }
}

TEST(Lstm, KeepsNothingWithoutATape) {
  const Layer layer{.steps = 50, .batch = 2, .in = 3, .hidden = 4};
  const int64_t before = memory_use().live_total;
  const LstmResult result = fused(Context{}, layer);
  EXPECT_EQ(result.output.tape(), nullptr);
  EXPECT_EQ(memory_use().live_total - before, int64_t{(51 + 2) * 2 * 4 * sizeof(real)});
}

// Two stretches, the second from where the first one ended, are one long one.
TEST(Lstm, ContinuesFromItsLastState) {
  const Layer layer{.steps = 9, .batch = 3, .in = 5, .hidden = 4};
  const LstmResult whole = fused(Context{}, layer);
  EXPECT_TRUE(same_bits(whole.h, whole.output.value().slice(8, 9).view({3, 4})));
  const LstmWeights weights{Variable(layer.weight_ih->value()), Variable(layer.weight_hh->value()),
                            Variable(layer.bias_ih->value()), Variable(layer.bias_hh->value())};
  const Tensor x = layer.x->value();
  const LstmResult first = lstm(Variable(x.slice(0, 4)), Variable(layer.h0->value()),
                                Variable(layer.c0->value()), weights);
  const LstmResult second =
      lstm(Variable(x.slice(4, 9)), Variable(first.h), Variable(first.c), weights);
  EXPECT_LT(difference(second.output.value(), whole.output.value().slice(4, 9)), kTolerance);
  EXPECT_LT(difference(second.c, whole.c), kTolerance);
}

TEST(Lstm, LeavesTheStateAsItIsInNoSteps) {
  const Layer layer{.steps = 0, .batch = 3, .in = 5, .hidden = 4};
  Tape tape;
  const LstmResult result = fused(Context{.tape = &tape}, layer);
  EXPECT_EQ(result.output.shape(), (Shape{0, 3, 4}));
  EXPECT_TRUE(same_bits(result.h, layer.h0->value()));
  EXPECT_TRUE(same_bits(result.c, layer.c0->value()));
  tape.backward(result.output, Tensor::zeros({0, 3, 4}));
  const Tensor& gradient = layer.weight_hh->gradient();
  EXPECT_TRUE(same_bits(gradient, Tensor::zeros(gradient.shape())));
}

// The last run of the closure writes over what it kept; the runs for observers come before.
TEST(Lstm, ShowsObserversWhatEachUseContributes) {
  const auto run = [](bool observed) {
    const Layer layer{.steps = 5, .batch = 2, .in = 4, .hidden = 4};
    Tape tape;
    Variable total(Tensor::zeros({16, 4}));
    int seen = 0;
    if (observed) {
      tape.observe(*layer.weight_hh, [&](int, const Tensor& contribution) {
        total = add(total, Variable(contribution.clone()));
        ++seen;
      });
      tape.observe(*layer.weight_ih, [](int, const Tensor&) {});
    }
    const Variable first = fused(Context{.tape = &tape}, layer).output;
    const Variable second = lstm(first, Variable(layer.h0->value()), Variable(layer.c0->value()),
                                 {tape.bind(layer.weight_ih), tape.bind(layer.weight_hh),
                                  tape.bind(layer.bias_ih), tape.bind(layer.bias_hh)})
                                .output;
    tape.backward(weighted_sum(second));
    const Tensor gradient = layer.weight_hh->gradient().clone();
    if (observed) {
      EXPECT_EQ(seen, 2);
      EXPECT_LT(difference(total.value(), gradient), 10 * kTolerance);
    }
    return gradient;
  };
  EXPECT_TRUE(same_bits(run(true), run(false)));
}

TEST(Lstm, NamesShapesThatDoNotFit) {
  const auto error = [](const Shape& x, const Shape& h, const Shape& c, const Shape& ih,
                        const Shape& hh, const Shape& bias) {
    const auto zeros = [](const Shape& shape) { return Variable(Tensor::zeros(shape)); };
    return message_of<ShapeError>([&] {
      lstm(zeros(x), zeros(h), zeros(c), {zeros(ih), zeros(hh), zeros({8}), zeros(bias)});
    });
  };
  EXPECT_EQ(error({5, 3, 4}, {3, 2}, {3, 2}, {8, 4}, {8, 2}, {8}), "");
  const std::string state = "lstm: input [5, 3, 4] ([time, batch, in]) does not fit states ";
  EXPECT_EQ(error({5, 3, 4}, {2, 2}, {2, 2}, {8, 4}, {8, 2}, {8}),
            state + "[2, 2] and [2, 2] ([batch, hidden])");
  EXPECT_EQ(error({5, 3, 4}, {3, 2}, {3, 3}, {8, 4}, {8, 2}, {8}),
            state + "[3, 2] and [3, 3] ([batch, hidden])");
  EXPECT_EQ(error({3, 4}, {3, 2}, {3, 2}, {8, 4}, {8, 2}, {8}),
            "lstm: input [3, 4] ([time, batch, in]) does not fit states [3, 2] and [3, 2] ([batch, "
            "hidden])");
  EXPECT_EQ(error({5, 3, 4}, {3, 2}, {3, 2}, {8, 3}, {8, 2}, {8}),
            "lstm: weights [8, 3] and [8, 2] are not [4 · hidden, in] and [4 · hidden, hidden] for "
            "input [5, 3, 4] and state [3, 2]");
  EXPECT_EQ(error({5, 3, 4}, {3, 2}, {3, 2}, {8, 4}, {8, 2}, {2}),
            "lstm: biases [8] and [2] do not fit weight [8, 4] ([4 · hidden, in])");
  EXPECT_THROW(lstm({}, {}, {}, {}), ShapeError);
}

}  // namespace

}  // namespace reprise::testing
