// Recomputation changes memory and time, never a bit of the results.
#include "autograd/recompute.h"

#include <gtest/gtest.h>

#include "tests/autograd/block.h"

namespace reprise::testing {

namespace {

const Tensor kInput = pattern({3, Block::kWidth});

struct Result {
  Tensor value, dx;
  std::vector<Tensor> gradients;
};

// model(context, block, x) -> y, in training with dropout; everything that comes out.
template <class Model>
Result run(const Model& model) {
  const Block block;
  Tape tape;
  Result result;
  const Variable x = tape.input(kInput, &result.dx);
  const Variable y = model(Context{.tape = &tape, .training = true, .random = RandomKey(3)}, block, x);
  result.value = y.value();
  tape.backward(weighted_sum(y));
  for (const ParameterPtr& p : block.parameters()) result.gradients.push_back(p->gradient());
  return result;
}

void expect_same_bits(const Result& a, const Result& b) {
  EXPECT_TRUE(same_bits(a.value, b.value)) << "value";
  EXPECT_TRUE(same_bits(a.dx, b.dx)) << "input's gradient";
  for (size_t p = 0; p < a.gradients.size(); ++p) {
    EXPECT_TRUE(same_bits(a.gradients[p], b.gradients[p])) << "parameter " << p;
  }
}

// How a segment is run: by `recompute`, or by this.
using How = Variable (*)(const Context&, std::span<const Variable>, Segment);

Variable plainly(const Context& context, std::span<const Variable> inputs, Segment segment) {
  return segment(context, inputs);
}

// model(how, context, block, x), both ways
template <class Model>
void expect_same_with_and_without(const Model& model) {
  const auto with = [&](How how) {
    return run([&, how](const Context& c, const Block& b, const Variable& x) {
      return model(how, c, b, x);
    });
  };
  expect_same_bits(with(recompute), with(plainly));
}

TEST(Recompute, GivesTheSameBits) {
  expect_same_with_and_without([](How how, const Context& context, const Block& block, Variable x) {
    for (int i = 0; i < 4; ++i) {
      const std::vector<Variable> inputs = {x};
      x = how(context.at(i), inputs, [block](const Context& c, auto in) { return block(c, in[0]); });
    }
    return x;
  });
}

TEST(Recompute, GivesTheSameBitsNested) {
  expect_same_with_and_without([](How how, const Context& context, const Block& block, Variable x) {
    const std::vector<Variable> inputs = {x};
    return how(context, inputs, [=](const Context& c, auto in) {
      const std::vector<Variable> first = {block(c.at(0), in[0])};
      const Variable second = how(c.at(1), first, [=](const Context& d, auto mid) {
        const std::vector<Variable> third = {block(d.at(0), mid[0])};
        return how(d.at(1), third, [=](const Context& e, auto deep) { return block(e, deep[0]); });
      });
      return block(c.at(2), second);
    });
  });
}

// The input is used by the segment several times, and by others before and after it.
TEST(Recompute, GivesTheSameBitsForAnInputWithOtherUses) {
  expect_same_with_and_without([](How how, const Context& context, const Block& block, Variable x) {
    const Variable before = gelu(x);
    const std::vector<Variable> inputs = {x, before};
    const Variable y = how(context, inputs, [block](const Context& c, auto in) {
      return add(block(c, in[0]), mul(in[0], add(in[1], tanh(in[1]))));
    });
    return add(mul(y, x), sigmoid(add(before, x)));
  });
}

// A use site that was made outside: its contributions arrive one by one, as without the segment.
TEST(Recompute, GivesTheSameBitsForAUseSiteAsInput) {
  expect_same_with_and_without([](How how, const Context& context, const Block& block, Variable x) {
    x = block(context.at(0), x);
    const std::vector<Variable> inputs = {x, context.bind(block.weight), context.bind(block.bias)};
    const Variable y = how(context.at(1), inputs, [](const Context&, auto in) {
      return linear(gelu(linear(in[0], in[1], in[2])), in[1], in[2]);
    });
    return block(context.at(2), y);
  });
}

TEST(Recompute, TakesOnlyConstantsAsInputs) {
  expect_same_with_and_without([](How how, const Context& context, const Block& block, Variable x) {
    const std::vector<Variable> inputs = {Variable(kInput)};
    const Variable y =
        how(context, inputs, [block](const Context& c, auto in) { return block(c, in[0]); });
    return add(y, x);
  });
}

TEST(Recompute, ReturnsAnInputOrAUseSite) {
  expect_same_with_and_without([](How how, const Context& context, const Block& block, Variable x) {
    const std::vector<Variable> inputs = {x};
    const Variable same = how(context, inputs, [](const Context&, auto in) { return in[0]; });
    const Variable bias =
        how(context, inputs, [block](const Context& c, auto) { return c.bind(block.bias); });
    return add(block(context, same), bias);
  });
}

TEST(Recompute, WithoutATapeIsThePlainCall) {
  const Block block;
  const std::vector<Variable> inputs = {Variable(kInput)};
  const auto segment = [block](const Context& c, auto in) { return block(c, in[0]); };
  const Variable y = recompute(Context{}, inputs, segment);
  EXPECT_EQ(y.tape(), nullptr);
  EXPECT_TRUE(same_bits(y.value(), block(Context{}, inputs[0]).value()));
}

TEST(Recompute, OfConstantsIsAConstant) {
  Tape tape;
  const std::vector<Variable> inputs = {Variable(kInput)};
  const Variable y = recompute(Context{.tape = &tape}, inputs,
                               [](const Context&, auto in) { return gelu(in[0]); });
  EXPECT_EQ(y.tape(), nullptr);
  EXPECT_EQ(tape.size(), 0);
}

TEST(Recompute, CountsUsesOnce) {
  const Block block;
  Tape tape;
  const Context context{.tape = &tape};
  Variable x = block(context, Variable(kInput));
  const std::vector<Variable> inputs = {x};
  x = recompute(context, inputs, [block](const Context& c, auto in) {
    return block(c, block(c, in[0]));
  });
  EXPECT_EQ(tape.uses(*block.weight), 3);
  tape.backward(weighted_sum(x));
  EXPECT_EQ(tape.uses(*block.weight), 3);
}

// For pictures: the node has arrows from its inputs and from the Parameters used inside.
TEST(Recompute, IsANodeWithItsParametersAsInputs) {
  const Block block;
  Tape tape;
  Tensor dx;
  const std::vector<Variable> inputs = {tape.input(kInput, &dx)};
  const Variable y = recompute(Context{.tape = &tape}, inputs, [block](const Context& c, auto in) {
    return block(c, block(c, in[0]));
  });
  const Tape::NodeView node = tape.node(y.id());
  EXPECT_EQ(node.op, "recompute");
  ASSERT_EQ(node.inputs.size(), 5u);
  EXPECT_EQ(node.inputs[0], inputs[0].id());
  for (int p = 0; p < 4; ++p) {
    EXPECT_EQ(tape.node(node.inputs[p + 1]).parameter, block.parameters()[p].get());
  }
}

// ---- hooks

// The hook's sum must be complete, and be seen once.
template <class Model>
void expect_one_hook_call(const Model& model) {
  const Block block;
  Tape tape;
  std::vector<Tensor> seen;
  block.weight->gradient_hooks.push_back([&](const Tensor& g) { seen.push_back(g.clone()); });
  tape.backward(weighted_sum(model(Context{.tape = &tape}, block, Variable(kInput))));
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_TRUE(same_bits(seen[0], block.weight->gradient()));
}

Variable segment_of(const Context& context, const Block& block, const Variable& x, int applications) {
  const std::vector<Variable> inputs = {x};
  return recompute(context, inputs, [=](const Context& c, auto in) {
    Variable y = in[0];
    for (int i = 0; i < applications; ++i) y = block(c, y);
    return y;
  });
}

TEST(RecomputeHooks, FireOnceWhenTheFirstUseIsInside) {
  expect_one_hook_call([](const Context& c, const Block& block, const Variable& x) {
    return block(c, segment_of(c, block, segment_of(c, block, x, 2), 1));
  });
}

TEST(RecomputeHooks, FireOnceWhenTheFirstUseIsOutside) {
  expect_one_hook_call([](const Context& c, const Block& block, const Variable& x) {
    return segment_of(c, block, block(c, x), 2);
  });
}

TEST(RecomputeHooks, FireOnceWhenTheFirstUseIsNested) {
  expect_one_hook_call([](const Context& c, const Block& block, const Variable& x) {
    const std::vector<Variable> inputs = {x};
    const Variable y = recompute(c, inputs, [block](const Context& d, auto in) {
      return block(d, segment_of(d, block, in[0], 2));
    });
    return block(c, y);
  });
}

TEST(RecomputeHooks, FireWhenTheFirstUseIsInsideASegmentThatIsNotReached) {
  expect_one_hook_call([](const Context& c, const Block& block, const Variable& x) {
    segment_of(c, block, x, 2);
    return block(c, x);
  });
}

// A segment whose result is a constant makes no node; the uses in it count all the same.
TEST(RecomputeHooks, FireAfterASegmentThatIsAConstant) {
  expect_one_hook_call([](const Context& c, const Block& block, const Variable& x) {
    const std::vector<Variable> inputs = {x};
    const Variable constant = recompute(c, inputs, [block](const Context& d, auto in) {
      d.bind(block.weight);
      return in[0];
    });
    return block(c, block(c, constant));
  });
}

// ---- errors

TEST(RecomputeErrors, AParameterThatChangedInBetween) {
  const Block block;
  Tape tape;
  const Variable y = segment_of(Context{.tape = &tape}, block, Variable(kInput), 1);
  block.bias->touch();
  EXPECT_EQ(message_of<UsageError>([&] { tape.backward(weighted_sum(y)); }),
            "parameter (unnamed): changed between its use and backward");
}

TEST(RecomputeErrors, AfterBackward) {
  const Block block;
  Tape tape;
  Tensor dx;
  tape.backward(sum(tape.input(kInput, &dx)));
  const int64_t live = memory_use().live_total;
  EXPECT_EQ(message_of<UsageError>(
                [&] { segment_of(Context{.tape = &tape}, block, Variable(kInput), 1); }),
            "recompute: this tape has been through backward; reset it before recording");
  EXPECT_EQ(memory_use().live_total, live);
}

TEST(RecomputeErrors, InputsOfAnotherTape) {
  Tape tape, other;
  Tensor dx;
  const std::vector<Variable> inputs = {other.input(kInput, &dx)};
  EXPECT_EQ(message_of<UsageError>([&] {
              recompute(Context{.tape = &tape}, inputs,
                        [](const Context&, auto in) { return gelu(in[0]); });
            }),
            "recompute: the inputs are of another tape than the context's");
}

TEST(RecomputeErrors, AVariableThatWasNotHandedIn) {
  Tape tape;
  Tensor dx;
  const Variable x = tape.input(kInput, &dx);
  const std::vector<Variable> inputs = {x};
  EXPECT_THROW(recompute(Context{.tape = &tape}, inputs,
                         [x](const Context&, auto in) { return add(in[0], x); }),
               UsageError);
}

}  // namespace

}  // namespace reprise::testing
