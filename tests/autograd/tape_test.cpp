// The tape's rules: order, accumulation, ends and errors.
#include "autograd/tape.h"

#include <gtest/gtest.h>

#include "autograd/context.h"
#include "autograd/ops.h"
#include "tests/autograd/testing.h"

namespace reprise::testing {

namespace {

Tensor scalar(double value) { return Tensor::full({}, value); }

// ---- paths that meet again

TEST(Tape, AddsUpTheBranchesOfADiamond) {
  Tape tape;
  Tensor dx;
  const Variable x = tape.input(scalar(5), &dx);
  const Variable b = scale(x, 2), c = scale(x, 3);
  tape.backward(add(mul(b, c), x));  // 6x² + x
  EXPECT_EQ(dx.item(), 61);
}

TEST(Tape, AddsUpDiamondsInARow) {
  Tape tape;
  Tensor dx;
  Variable y = tape.input(scalar(1), &dx);
  for (int i = 0; i < 20; ++i) y = add(y, y);
  tape.backward(y);
  EXPECT_EQ(dx.item(), 1 << 20);
}

// add passes one gradient tensor to both operands; a later contribution to one must not reach the other.
TEST(Tape, KeepsSharedGradientsApart) {
  Tape tape;
  Tensor da, db;
  const Variable a = tape.input(pattern({3}), &da), b = tape.input(pattern({3}, 1), &db);
  const Variable early = sum(scale(a, 10));
  tape.backward(add(sum(add(a, b)), early));
  EXPECT_TRUE(same_bits(da, Tensor::full({3}, 11)));
  EXPECT_TRUE(same_bits(db, Tensor::full({3}, 1)));
}

TEST(Tape, LeavesTheCallersGradientAlone) {
  Tape tape;
  Tensor da;
  const Variable a = tape.input(pattern({3}), &da);
  const Tensor dy = pattern({3}, 1);
  const Variable early = scale(a, 10);
  tape.backward(add(add(a, a), early), dy);
  EXPECT_TRUE(same_bits(dy, pattern({3}, 1)));
  EXPECT_LT(difference(da, scale(Variable(dy), 12).value()), kTolerance);
}

TEST(Tape, SkipsWhatComesAfterTheLoss) {
  Tape tape;
  Tensor dx;
  const Variable x = tape.input(scalar(2), &dx);
  const Variable loss = square(x);
  mul(loss, x);
  tape.backward(loss);
  EXPECT_EQ(dx.item(), 4);
}

TEST(Tape, LeavesAnUnreachedInputsGradientUndefined) {
  Tape tape;
  Tensor dx, du = pattern({2});
  const Variable x = tape.input(scalar(2), &dx);
  scale(tape.input(scalar(3), &du), 2);
  tape.backward(square(x));
  EXPECT_TRUE(dx.defined());
  EXPECT_FALSE(du.defined());
}

TEST(Tape, TakesALeafAsTheResult) {
  const ParameterPtr p = parameter(pattern({3}));
  for (int pass = 1; pass <= 2; ++pass) {  // the second one accumulates
    Tape tape;
    tape.backward(tape.bind(p), pattern({3}, 1));
    EXPECT_LT(difference(p->gradient(), scale(Variable(pattern({3}, 1)), pass).value()), kTolerance);
  }
  Tape tape;
  Tensor dx;
  tape.backward(tape.input(scalar(1), &dx));
  EXPECT_EQ(dx.item(), 1);
}

// ---- length: nothing recurses, nothing is quadratic

TEST(Tape, WalksAChainOfAMillionNodes) {
  Tape tape;
  Tensor dx;
  Variable y = tape.input(scalar(1), &dx);
  for (int i = 0; i < 1'000'000; ++i) y = scale(y, i % 2 ? 2 : 0.5);
  tape.backward(y);
  EXPECT_EQ(tape.size(), 1'000'001);
  EXPECT_EQ(dx.item(), 1);
}

TEST(Tape, AddsUpAHundredThousandUses) {
  const ParameterPtr p = parameter(scalar(3));
  Tape tape;
  Variable total(scalar(0));
  for (int i = 0; i < 100'000; ++i) total = add(tape.bind(p), total);
  EXPECT_EQ(total.value().item(), 300'000);
  EXPECT_EQ(tape.uses(*p), 100'000);
  tape.backward(total);
  EXPECT_EQ(p->gradient().item(), 100'000);
}

// ---- Parameters

TEST(Tape, AccumulatesOverBackwardsUntilCleared) {
  const ParameterPtr p = parameter(scalar(3));
  Tape tape;
  for (const double expected : {6, 12}) {
    tape.backward(square(tape.bind(p)));
    EXPECT_EQ(p->gradient().item(), expected);
    tape.reset();
  }
  p->clear_gradient();
  tape.backward(square(tape.bind(p)));
  EXPECT_EQ(p->gradient().item(), 6);
}

TEST(Tape, ForgetsItsUsesAtReset) {
  const ParameterPtr p = parameter(scalar(3));
  int fired = 0;
  p->gradient_hooks.push_back([&](const Tensor&) { ++fired; });
  Tape tape;
  for (int step = 1; step <= 3; ++step) {
    Variable y = square(tape.bind(p));
    if (step > 1) y = mul(y, tape.bind(p));  // a step need not look like the one before
    EXPECT_EQ(tape.uses(*p), step > 1 ? 2 : 1);
    tape.backward(y);
    EXPECT_EQ(fired, step);
    tape.reset();
    EXPECT_EQ(tape.uses(*p), 0);
    EXPECT_EQ(tape.size(), 0);
  }
}

TEST(Tape, GivesUnreachedParametersNoGradient) {
  const ParameterPtr used = parameter(scalar(3)), unused = parameter(scalar(4));
  Tape tape;
  scale(tape.bind(unused), 2);
  tape.backward(square(tape.bind(used)));
  EXPECT_TRUE(used->has_gradient());
  EXPECT_FALSE(unused->has_gradient());
  EXPECT_EQ(tape.uses(*unused), 1);
}

TEST(Tape, TreatsFrozenParametersAsConstants) {
  const ParameterPtr frozen = parameter(scalar(3)), p = parameter(scalar(4));
  frozen->set_trainable(false);
  Tape tape;
  EXPECT_EQ(tape.bind(frozen).tape(), nullptr);
  EXPECT_EQ(tape.size(), 0);
  tape.backward(mul(tape.bind(frozen), tape.bind(p)));
  EXPECT_FALSE(frozen->has_gradient());
  EXPECT_EQ(p->gradient().item(), 3);
  EXPECT_EQ(tape.uses(*frozen), 0);
  EXPECT_EQ(tape.bound(), std::vector<const Parameter*>{p.get()});
}

TEST(Tape, ListsParametersInTheOrderOfTheirFirstUse) {
  std::vector<ParameterPtr> parameters;
  std::vector<const Parameter*> wanted;
  Tape tape;
  for (int i = 0; i < 20; ++i) {
    wanted.push_back(parameters.emplace_back(parameter(scalar(i))).get());
    tape.bind(parameters.back());
    tape.bind(parameters.front());
  }
  EXPECT_EQ(tape.bound(), wanted);
}

TEST(Tape, DescribesItsNodes) {
  const ParameterPtr p = parameter(pattern({2, 3}));
  Tape tape;
  Tensor dx;
  const Variable x = tape.input(pattern({5, 3}), &dx);
  linear(x, tape.bind(p));
  ASSERT_EQ(tape.size(), 3);
  EXPECT_EQ(tape.node(0).op, "input");
  EXPECT_EQ(tape.node(1).op, "bind");
  EXPECT_EQ(tape.node(1).parameter, p.get());
  EXPECT_EQ(tape.node(2).op, "linear");
  EXPECT_EQ(tape.node(2).shape, (Shape{5, 2}));
  EXPECT_EQ(std::vector<int32_t>(tape.node(2).inputs.begin(), tape.node(2).inputs.end()),
            (std::vector<int32_t>{0, 1, -1}));
}

TEST(Context, BindsOnlyWithATape) {
  const ParameterPtr p = parameter(scalar(3));
  EXPECT_EQ(Context{}.bind(p).tape(), nullptr);
  Tape tape;
  const Context context{.tape = &tape, .training = true, .random = RandomKey(1)};
  EXPECT_EQ(context.bind(p).tape(), &tape);
  EXPECT_TRUE(context.at(2).training);
  EXPECT_EQ(context.at(2).tape, &tape);
  EXPECT_EQ(context.at(2).random.bits(), RandomKey(1).at(2).bits());
}

// ---- hooks

TEST(Hooks, FireOnceWithTheSumAfterTheLastUse) {
  const ParameterPtr p = parameter(scalar(3)), q = parameter(scalar(1));
  std::vector<double> seen;
  p->gradient_hooks.push_back([&](const Tensor& g) { seen.push_back(g.item()); });
  p->gradient_hooks.push_back([&](const Tensor& g) { seen.push_back(-g.item()); });
  Tape tape;
  Variable y = mul(tape.bind(q), tape.bind(p));
  for (int i = 0; i < 4; ++i) y = add(y, scale(tape.bind(p), 10));
  tape.backward(y);
  EXPECT_EQ(seen, (std::vector<double>{41, -41}));
  EXPECT_EQ(p->gradient().item(), 41);
}

TEST(Hooks, DontFireWithoutAGradient) {
  const ParameterPtr p = parameter(scalar(3)), q = parameter(scalar(1));
  p->gradient_hooks.push_back([](const Tensor&) { FAIL(); });
  Tape tape;
  tape.bind(p);
  tape.backward(square(tape.bind(q)));
}

TEST(Hooks, FireWhenTheFirstUseIsNotReached) {
  const ParameterPtr p = parameter(scalar(3));
  int fired = 0;
  p->gradient_hooks.push_back([&](const Tensor& g) { fired += g.item() == 6; });
  Tape tape;
  tape.bind(p);  // leads nowhere
  tape.backward(square(tape.bind(p)));
  EXPECT_EQ(fired, 1);
}

// ---- errors

TEST(TapeErrors, OperandsOfTwoTapes) {
  Tape one, two;
  Tensor g;
  const Variable a = one.input(scalar(1), &g), b = two.input(scalar(1), &g);
  EXPECT_EQ(message_of<UsageError>([&] { add(a, b); }),
            "add: operands of two tapes; a graph lives on one tape");
  EXPECT_EQ(message_of<UsageError>([&] { one.backward(b); }),
            "backward: the result belongs to another tape");
}

TEST(TapeErrors, AResultThatDependsOnNothing) {
  Tape tape;
  EXPECT_EQ(message_of<UsageError>([&] { tape.backward(Variable(scalar(1))); }),
            "backward: the result depends on nothing that wants a gradient");
}

TEST(TapeErrors, ASecondBackward) {
  Tape tape;
  Tensor g;
  const Variable y = square(tape.input(scalar(1), &g));
  tape.backward(y);
  EXPECT_EQ(message_of<UsageError>([&] { tape.backward(y); }),
            "backward: a second time on one tape; record the step again");
}

// Besides the message: what the refused op had captured is released (the address build looks for leaks).
TEST(TapeErrors, RecordingAfterBackward) {
  Tape tape;
  Tensor g;
  const ParameterPtr p = parameter(scalar(1));
  const Variable x = tape.input(pattern({100}), &g);
  tape.backward(sum(x));
  const int64_t live = memory_use().live_total;
  EXPECT_EQ(message_of<UsageError>([&] { gelu(scale(Variable(pattern({100})), 2)), gelu(x); }),
            "gelu: this tape has been through backward; reset it before recording");
  EXPECT_NE(message_of<UsageError>([&] { tape.bind(p); }), "");
  EXPECT_NE(message_of<UsageError>([&] { tape.input(scalar(1), &g); }), "");
  g = Tensor();
  EXPECT_LE(memory_use().live_total, live);
  const int64_t before = memory_use().live_total;
  message_of<UsageError>([&] { tanh(x); });
  EXPECT_EQ(memory_use().live_total, before);
  tape.reset();
  EXPECT_EQ(tape.bind(p).tape(), &tape);
}

TEST(TapeErrors, AParameterThatChangedInBetween) {
  const ParameterPtr p = parameter(scalar(3));
  p->parts()[0].name = "encoder.weight";
  Tape tape;
  const Variable y = square(tape.bind(p));
  p->touch();
  EXPECT_EQ(message_of<UsageError>([&] { tape.backward(y); }),
            "parameter encoder.weight: changed between its use and backward");
}

TEST(TapeErrors, ShapesOfLossAndGradient) {
  Tape tape;
  Tensor g;
  const Variable x = tape.input(pattern({2, 3}), &g);
  EXPECT_EQ(message_of<ShapeError>([&] { tape.backward(x); }),
            "backward: the loss has one element, this one is [2, 3]");
  EXPECT_EQ(message_of<ShapeError>([&] { tape.backward(x, pattern({3, 2})); }),
            "backward: gradient [3, 2] for a result of [2, 3]");
  tape.backward(x, pattern({2, 3}));  // a refused call has not used the tape up
  EXPECT_TRUE(same_bits(g, pattern({2, 3})));
}

TEST(TapeErrors, ATapeIsUsableAfterAFailedBackward) {
  Tape tape;
  Tensor g;
  const Variable x = tape.input(scalar(1), &g);
  const Variable y = record("fails", scalar(1), {x}, [](const Tensor&, InputGrads&) {
    throw UsageError("fails: as it should");
  });
  EXPECT_EQ(message_of<UsageError>([&] { tape.backward(y); }), "fails: as it should");
  tape.reset();
  tape.backward(square(tape.input(scalar(4), &g)));
  EXPECT_EQ(g.item(), 8);
}

TEST(Tape, TakesAnOpOfManyInputs) {
  Tape tape;
  Tensor g;
  const std::vector<Variable> parts(50'000, tape.input(pattern({1}), &g));
  tape.backward(sum(concat(parts, 0)));
  EXPECT_EQ(g.item(), 50'000);
}

}  // namespace

}  // namespace reprise::testing
