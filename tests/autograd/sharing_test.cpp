// What the project is about: the gradient of a shared Parameter is the sum of the gradients that its
// uses would have as Parameters of their own.
#include <gtest/gtest.h>

#include "autograd/ops.h"
#include "tests/autograd/block.h"

namespace reprise::testing {

namespace {

// Runs the blocks one after the other and goes back; their Parameters have gradients then.
void train(const std::vector<Block>& blocks) {
  Tape tape;
  const Context context{.tape = &tape};
  Variable x(pattern({3, Block::kWidth}));
  for (const Block& block : blocks) x = block(context, x);
  tape.backward(weighted_sum(x));
}

// Engines have been wrong for 5 uses and right for 12 and 24, so: every count.
TEST(Sharing, GradientIsTheSumOfUnsharedTwinsForEveryUseCount) {
  for (int uses = 1; uses <= 48; ++uses) {
    const Block shared;
    train(std::vector<Block>(uses, shared));
    const std::vector<Block> twins = [&] {
      std::vector<Block> blocks;
      for (int i = 0; i < uses; ++i) blocks.emplace_back();
      return blocks;
    }();
    train(twins);
    for (size_t p = 0; p < shared.parameters().size(); ++p) {
      Variable total(Tensor::zeros(shared.parameters()[p]->shape()));
      for (int i = uses - 1; i >= 0; --i) {  // the order of backward
        total = add(total, Variable(twins[i].parameters()[p]->gradient()));
      }
      EXPECT_LT(difference(shared.parameters()[p]->gradient(), total.value()), 10 * kTolerance)
          << uses << " uses, parameter " << p;
    }
  }
}

// One table as embedding and, transposed, as the output's weight.
TEST(Sharing, TiesATableInBothOrientations) {
  const auto run = [](const ParameterPtr& in, const ParameterPtr& out) {
    Tape tape;
    const Variable x = embedding(tape.bind(in), indices({4}, {2, 0, 2, 1}));
    tape.backward(weighted_sum(linear(gelu(x), tape.bind(out))));
  };
  const Tensor value = pattern({5, 3});
  const ParameterPtr tied = parameter(value), in = parameter(value), out = parameter(value);
  run(tied, tied);
  run(in, out);
  const Variable total = add(Variable(out->gradient()), Variable(in->gradient()));
  EXPECT_LT(difference(tied->gradient(), total.value()), kTolerance);
}

// Both operands of one op, from one use site and from two.
TEST(Sharing, ServesBothOperandsOfOneOp) {
  const Tensor value = pattern({3, 3});
  const ParameterPtr p = parameter(value), q = parameter(value), a = parameter(value),
                     b = parameter(value);
  const auto run = [](auto bind_left, auto bind_right) {
    Tape tape;
    const Variable left = bind_left(tape);
    tape.backward(weighted_sum(matmul(left, bind_right(tape, left))));
  };
  run([&](Tape& t) { return t.bind(p); }, [&](Tape& t, const Variable&) { return t.bind(p); });
  run([&](Tape& t) { return t.bind(q); }, [&](Tape&, const Variable& left) { return left; });
  run([&](Tape& t) { return t.bind(a); }, [&](Tape& t, const Variable&) { return t.bind(b); });
  const Variable total = add(Variable(a->gradient()), Variable(b->gradient()));
  EXPECT_LT(difference(p->gradient(), total.value()), kTolerance);
  EXPECT_TRUE(same_bits(p->gradient(), q->gradient()));
}

// The same Parameter on two branches that meet, and in the middle of one of them.
TEST(Sharing, WorksAcrossBranches) {
  const Tensor value = pattern({3, 3});
  const ParameterPtr shared = parameter(value);
  const ParameterPtr twins[] = {parameter(value), parameter(value), parameter(value)};
  const auto run = [](const ParameterPtr& p, const ParameterPtr& q, const ParameterPtr& r) {
    Tape tape;
    const Variable x(pattern({2, 3}, 5));
    const Variable left = tanh(linear(x, tape.bind(p)));
    const Variable right = sigmoid(linear(left, tape.bind(q)));
    tape.backward(weighted_sum(mul(linear(right, tape.bind(r)), left)));
  };
  run(shared, shared, shared);
  run(twins[0], twins[1], twins[2]);
  Variable total(twins[2]->gradient());
  for (const int i : {1, 0}) total = add(total, Variable(twins[i]->gradient()));
  EXPECT_LT(difference(shared->gradient(), total.value()), kTolerance);
}

}  // namespace

}  // namespace reprise::testing
