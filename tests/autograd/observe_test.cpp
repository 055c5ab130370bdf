// Per-use gradients: they add up to the gradient, and watching changes no bit of it.
#include <gtest/gtest.h>

#include <map>

#include "autograd/recompute.h"
#include "tests/autograd/block.h"

namespace reprise::testing {

namespace {

using Contributions = std::map<int, Tensor>;

// A model whose uses of the block's Parameters are watched; returns what each use of each contributed.
template <class Model>
std::vector<Contributions> observe_all(const Block& block, const Model& model) {
  Tape tape;
  std::vector<Contributions> seen(block.parameters().size());
  for (size_t p = 0; p < seen.size(); ++p) {
    tape.observe(*block.parameters()[p], [&seen, p](int use, const Tensor& contribution) {
      EXPECT_TRUE(seen[p].emplace(use, contribution.clone()).second) << "use " << use << " twice";
    });
  }
  tape.backward(model(Context{.tape = &tape, .training = true, .random = RandomKey(3)}, block));
  return seen;
}

// The model with and without observers.
template <class Model>
void expect_faithful(const Model& model, size_t uses) {
  const Block plain, watched;
  Tape tape;
  tape.backward(model(Context{.tape = &tape, .training = true, .random = RandomKey(3)}, plain));
  const auto seen = observe_all(watched, model);
  for (size_t p = 0; p < seen.size(); ++p) {
    const Tensor& gradient = watched.parameters()[p]->gradient();
    EXPECT_TRUE(same_bits(gradient, plain.parameters()[p]->gradient())) << "parameter " << p;
    ASSERT_EQ(seen[p].size(), uses) << "parameter " << p;
    Variable total(Tensor::zeros(gradient.shape()));
    for (const auto& [use, contribution] : seen[p]) total = add(total, Variable(contribution));
    EXPECT_LT(difference(total.value(), gradient), 10 * kTolerance) << "parameter " << p;
    EXPECT_EQ(seen[p].begin()->first, 0);
    EXPECT_EQ(seen[p].rbegin()->first, static_cast<int>(uses) - 1);
  }
}

const Tensor kInput = pattern({3, Block::kWidth});

TEST(Observe, ContributionsAddUpAndBitsStay) {
  expect_faithful(
      [](const Context& context, const Block& block) {
        Variable x(kInput);
        for (int i = 0; i < 5; ++i) x = block(context.at(i), x);
        return weighted_sum(x);
      },
      5);
}

TEST(Observe, WorksInsideRecomputedSegments) {
  expect_faithful(
      [](const Context& context, const Block& block) {
        Variable x = block(context.at(9), Variable(kInput));
        for (int i = 0; i < 2; ++i) {
          const Variable inputs[] = {x};
          x = recompute(context.at(i), inputs, [block](const Context& c, auto in) {
            return block(c.at(1), block(c.at(0), in[0]));
          });
        }
        return weighted_sum(block(context.at(8), x));
      },
      6);
}

TEST(Observe, WorksInsideNestedSegments) {
  expect_faithful(
      [](const Context& context, const Block& block) {
        const Variable inputs[] = {Variable(kInput)};
        return weighted_sum(recompute(context, inputs, [block](const Context& c, auto in) {
          const Variable once[] = {block(c.at(0), in[0])};
          const Variable twice = recompute(
              c.at(1), once, [block](const Context& d, auto x) { return block(d, x[0]); });
          return block(c.at(2), twice);
        }));
      },
      3);
}

// Each use's contribution is the gradient that a twin of its own would have.
TEST(Observe, GivesTheTwinsGradients) {
  const Block shared;
  const Block twins[3];
  const auto seen = observe_all(shared, [](const Context& context, const Block& block) {
    Variable x(kInput);
    for (int i = 0; i < 3; ++i) x = block(context.at(i), x);
    return weighted_sum(x);
  });
  Tape tape;
  const Context context{.tape = &tape, .training = true, .random = RandomKey(3)};
  Variable x(kInput);
  for (int i = 0; i < 3; ++i) x = twins[i](context.at(i), x);
  tape.backward(weighted_sum(x));
  for (int use = 0; use < 3; ++use) {
    for (size_t p = 0; p < seen.size(); ++p) {
      EXPECT_TRUE(same_bits(seen[p].at(use), twins[use].parameters()[p]->gradient()));
    }
  }
}

// Several ops on one use site are one contribution; both operands of one op too.
TEST(Observe, CountsUseSitesNotOps) {
  const ParameterPtr p = parameter(pattern({3}));
  Tape tape;
  Contributions seen;
  tape.observe(*p, [&](int use, const Tensor& c) { seen.emplace(use, c.clone()); });
  const Variable once = tape.bind(p), again = tape.bind(p);
  tape.backward(weighted_sum(add(mul(once, once), add(exp(once), again))));
  ASSERT_EQ(seen.size(), 2u);
  const Variable total = add(Variable(seen.at(0)), Variable(seen.at(1)));
  EXPECT_LT(difference(total.value(), p->gradient()), kTolerance);
}

// A use site made outside and handed in: the segment runs once, as always, or gradients would double.
TEST(Observe, SeesAUseThatIsTheInputOfASegment) {
  const auto run = [](const ParameterPtr& p, const ParameterPtr& q, Tape& tape) {
    const Context context{.tape = &tape};
    const Variable inputs[] = {tape.bind(p)};
    const Variable y = recompute(context, inputs, [q](const Context& c, auto in) {
      return mul(tanh(in[0]), mul(c.bind(q), in[0]));
    });
    tape.backward(weighted_sum(y));
  };
  const ParameterPtr p = parameter(pattern({3})), q = parameter(pattern({3}, 1));
  const ParameterPtr watched_p = parameter(pattern({3})), watched_q = parameter(pattern({3}, 1));
  Tape plain, tape;
  run(p, q, plain);
  std::vector<Tensor> seen_p, seen_q;
  tape.observe(*watched_p, [&](int, const Tensor& c) { seen_p.push_back(c.clone()); });
  tape.observe(*watched_q, [&](int, const Tensor& c) { seen_q.push_back(c.clone()); });
  run(watched_p, watched_q, tape);
  EXPECT_TRUE(same_bits(watched_p->gradient(), p->gradient()));
  EXPECT_TRUE(same_bits(watched_q->gradient(), q->gradient()));
  ASSERT_EQ(seen_p.size(), 1u);
  ASSERT_EQ(seen_q.size(), 1u);
  EXPECT_LT(difference(seen_p[0], p->gradient()), kTolerance);
  EXPECT_LT(difference(seen_q[0], q->gradient()), kTolerance);
}

TEST(Observe, SeesAUseThatIsTheResult) {
  const ParameterPtr p = parameter(pattern({3}));
  Tape tape;
  Contributions seen;
  tape.observe(*p, [&](int use, const Tensor& c) { seen.emplace(use, c.clone()); });
  tape.backward(tape.bind(p), pattern({3}, 1));
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_TRUE(same_bits(seen.at(0), pattern({3}, 1)));
  EXPECT_TRUE(same_bits(p->gradient(), pattern({3}, 1)));
}

}  // namespace

}  // namespace reprise::testing
