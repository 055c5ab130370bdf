#include "tools/trainer/gradient_tree.h"

#include <gtest/gtest.h>

#include <cmath>

namespace reprise {
namespace {

// Numbers of very different sizes: any other order of additions would give other bits.
real gradient(int micro_batch, int64_t i) {
  const auto bits = static_cast<unsigned>((micro_batch * 7919 + i * 104729 + 13) * 2654435761u);
  return std::ldexp(static_cast<real>(bits % 1000003) - 500000, static_cast<int>(bits % 23) - 11);
}

// The sum of micro-batches [first, first + count): the left half is the largest power of two.
real tree_sum(int first, int count, int64_t i) {
  if (count == 1) return gradient(first, i);
  int left = 1;
  while (left * 2 < count) left *= 2;
  return tree_sum(first, left, i) + tree_sum(first + left, count - left, i);
}

void contribute(const ParameterPtr& parameter, int micro_batch) {
  const Sink sink = parameter->gradient_sink();
  for (int64_t i = 0; i < parameter->numel(); ++i) sink.data()[i] = gradient(micro_batch, i);
}

TEST(GradientTree, AddsByABinaryTreeOverTheNumbers) {
  const std::vector<ParameterPtr> parameters = {std::make_shared<Parameter>(Shape{64})};
  GradientTree tree(parameters);
  bool order_matters = false;
  for (int count = 1; count <= 9; ++count) {
    for (int m = 0; m < count; ++m) {
      contribute(parameters[0], m);
      tree.add();
      EXPECT_FALSE(parameters[0]->has_gradient());
    }
    tree.finish();
    for (int64_t i = 0; i < 64; ++i) {
      EXPECT_EQ(parameters[0]->gradient().data()[i], tree_sum(0, count, i)) << count << " " << i;
      real in_turn = gradient(0, i);
      for (int m = 1; m < count; ++m) in_turn += gradient(m, i);
      order_matters |= in_turn != tree_sum(0, count, i);
    }
  }
  EXPECT_TRUE(order_matters);
}

TEST(GradientTree, TakesWhatHasAGradientOnlySometimes) {
  const std::vector<ParameterPtr> parameters = {
      std::make_shared<Parameter>(Shape{2}), std::make_shared<Parameter>(Shape{3}),
      std::make_shared<Parameter>(Shape{4})};
  GradientTree tree(parameters);
  for (int m = 0; m < 5; ++m) {
    contribute(parameters[0], m);
    if (m == 1 || m == 4) contribute(parameters[1], m);
    tree.add();
  }
  tree.finish();
  for (int64_t i = 0; i < 2; ++i) {
    EXPECT_EQ(parameters[0]->gradient().data()[i], tree_sum(0, 5, i));
  }
  for (int64_t i = 0; i < 3; ++i) {
    EXPECT_EQ(parameters[1]->gradient().data()[i], gradient(1, i) + gradient(4, i));
  }
  EXPECT_FALSE(parameters[2]->has_gradient());
}

TEST(GradientTree, StartsAnewAfterASum) {
  const std::vector<ParameterPtr> parameters = {std::make_shared<Parameter>(Shape{2})};
  GradientTree tree(parameters);
  for (int round = 0; round < 2; ++round) {
    for (int m = 0; m < 3; ++m) {
      contribute(parameters[0], m);
      tree.add();
    }
    tree.finish();
    EXPECT_EQ(parameters[0]->gradient().data()[1], tree_sum(0, 3, 1));
  }
  parameters[0]->clear_gradient();
  tree.finish();
  EXPECT_FALSE(parameters[0]->has_gradient());
}

}  // namespace
}  // namespace reprise
