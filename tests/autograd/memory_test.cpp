// What the tape keeps, for how long, and that a training loop asks nothing of the system.
#include <gtest/gtest.h>

#include "autograd/recompute.h"
#include "tests/autograd/block.h"

namespace reprise::testing {

namespace {

const Tensor kInput = pattern({64, Block::kWidth});
constexpr int kLayers = 24;

int64_t live() { return memory_use().live_total; }

Variable apply(const Context& context, const Block& block, Variable x, int layers) {
  for (int i = 0; i < layers; ++i) x = block(context.at(i), x);
  return x;
}

TEST(Memory, NothingIsKeptWithoutATape) {
  const Block block;
  const int64_t before = live();
  const Variable y = apply(Context{}, block, Variable(kInput), kLayers);
  EXPECT_EQ(live() - before, static_cast<int64_t>(y.value().bytes()));
}

TEST(Memory, NothingIsKeptForFrozenParameters) {
  const Block block;
  for (const ParameterPtr& p : block.parameters()) p->set_trainable(false);
  Tape tape;
  const int64_t before = live();
  const Variable y = apply(Context{.tape = &tape}, block, Variable(kInput), kLayers);
  EXPECT_EQ(live() - before, static_cast<int64_t>(y.value().bytes()));
  EXPECT_EQ(tape.size(), 0);
}

// Elementwise ops keep what their derivative is made of, and no more.
TEST(Memory, OpsKeepOneTensorAtMost) {
  const auto kept = [](Variable (*op)(const Variable&)) {
    Tape tape;
    Tensor dx;
    Variable x = scale(tape.input(Tensor::full({1000}, 1), &dx), 1);
    const int64_t before = live();
    x = op(x);       // what the op kept of its operand lives on
    x = Variable();  // and of its result
    return (live() - before + int64_t(1000 * sizeof(real))) / int64_t(1000 * sizeof(real));
  };
  EXPECT_EQ(kept(neg), 0);
  for (auto op : {exp, log, sqrt, square, relu, gelu, tanh, sigmoid, softmax, log_softmax}) {
    EXPECT_EQ(kept(op), 1);
  }
}

// Each closure is dropped once it has run: a probe at every layer sees less and less.
TEST(Memory, FallsDuringBackward) {
  const Block block;
  for (const ParameterPtr& p : block.parameters()) p->gradient_sink();  // allocated before
  Tape tape;
  std::vector<int64_t> probes;
  Variable x(kInput);
  for (int i = 0; i < kLayers; ++i) {
    x = block(Context{.tape = &tape}, x);
    x = record("probe", x.value(), {x}, [&probes](const Tensor& dy, InputGrads& dx) {
      probes.push_back(live());
      dx.pass(0, dy);
    });
  }
  const Variable loss = weighted_sum(x);
  x = Variable();
  tape.backward(loss);
  ASSERT_EQ(probes.size(), size_t{kLayers});
  for (size_t i = 1; i < probes.size(); ++i) EXPECT_LT(probes[i], probes[i - 1]) << i;
}

TEST(Memory, IsAllGivenBackAfterBackward) {
  const Block block;
  Tape tape;
  const int64_t before = live();
  tape.backward(weighted_sum(apply(Context{.tape = &tape}, block, Variable(kInput), kLayers)));
  int64_t gradients = 0;
  for (const ParameterPtr& p : block.parameters()) gradients += p->gradient().bytes();
  EXPECT_EQ(live() - before, gradients);
}

TEST(Memory, IsAllGivenBackByAResetWithoutBackward) {
  const Block block;
  Tape tape;
  const int64_t before = live();
  apply(Context{.tape = &tape}, block, Variable(kInput), kLayers);
  EXPECT_GT(live(), before);
  tape.reset();
  EXPECT_EQ(live(), before);
}

TEST(Memory, RecomputeKeepsOnlyTheBoundaries) {
  const auto measure = [](bool segments) {
    const Block block;
    Tape tape;
    const Context context{.tape = &tape, .training = true};
    const int64_t before = live();
    reset_peak_memory();
    Variable x(kInput);
    for (int i = 0; i < kLayers; ++i) {
      const Variable inputs[] = {x};
      const auto layer = [block](const Context& c, auto in) { return block(c, in[0]); };
      const Context here = context.at(i);
      x = segments ? recompute(here, inputs, layer) : layer(here, std::span(inputs));
    }
    const int64_t kept = live() - before;
    tape.backward(weighted_sum(x));
    return std::pair(kept, memory_use().peak_total - before);
  };
  const auto [kept, peak] = measure(true);
  const auto [plain_kept, plain_peak] = measure(false);
  const auto tensor = static_cast<int64_t>(kInput.bytes());
  EXPECT_EQ(kept, kLayers * tensor);  // each segment's result; the first one's input was there before
  EXPECT_GE(plain_kept, 3 * kept);
  EXPECT_LT(peak, plain_peak / 2);
}

// The forward that only counts uses keeps nothing either, not even until its end.
TEST(Memory, ARecomputedForwardKeepsNothingOnItsWay) {
  const auto peak_of_forward = [](bool segment) {
    const Block block;
    Tape tape;
    const int64_t before = live();
    reset_peak_memory();
    const auto layers = [block](const Context& c, auto in) { return apply(c, block, in[0], kLayers); };
    const Variable inputs[] = {Variable(kInput)};
    const Context context{.tape = &tape};
    segment ? recompute(context, inputs, layers) : layers(context, std::span(inputs));
    return memory_use().peak_total - before;
  };
  EXPECT_LT(5 * peak_of_forward(true), peak_of_forward(false));
}

TEST(Memory, AStepAfterTheSecondAsksNothingOfTheSystem) {
#ifdef REPRISE_NO_FREE_LIST
  GTEST_SKIP() << "this build has no free list";
#endif
  const Block block;
  Tape tape;
  int64_t after_second = 0;
  for (int step = 0; step < 6; ++step) {
    for (const ParameterPtr& p : block.parameters()) p->clear_gradient();
    tape.backward(weighted_sum(apply(Context{.tape = &tape, .training = true,
                                             .random = RandomKey(step)},
                                     block, Variable(kInput), kLayers)));
    tape.reset();
    if (step == 1) after_second = memory_use().system_allocations;
  }
  EXPECT_EQ(memory_use().system_allocations, after_second);
}

}  // namespace

}  // namespace reprise::testing
