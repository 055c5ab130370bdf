#include "autograd/parameter.h"

#include <gtest/gtest.h>

#include "tests/autograd/testing.h"

namespace reprise::testing {

namespace {

TEST(Parameter, StartsAtZeroWithoutAGradient) {
  const Parameter p({2, 3});
  EXPECT_TRUE(same_bits(p.value(), Tensor::zeros({2, 3})));
  EXPECT_FALSE(p.has_gradient());
  EXPECT_TRUE(p.trainable());
  EXPECT_EQ(p.name(), "(unnamed)");
  ASSERT_EQ(p.parts().size(), 1u);
  EXPECT_EQ(p.parts()[0].end, 2);
}

TEST(Parameter, AllocatesItsGradientAtTheFirstContribution) {
  Parameter p({4});
  const int gradients = static_cast<int>(Purpose::gradients);
  const int64_t before = memory_use().live[gradients];
  const Sink first = p.gradient_sink();
  EXPECT_EQ(memory_use().live[gradients] - before, static_cast<int64_t>(4 * sizeof(real)));
  EXPECT_EQ(first.beta, 0);
  const Sink second = p.gradient_sink();
  EXPECT_EQ(second.beta, 1);
  EXPECT_TRUE(second.tensor().same_memory(first.tensor()));
  p.clear_gradient();
  EXPECT_FALSE(p.has_gradient());
  const Sink third = p.gradient_sink();
  EXPECT_EQ(third.beta, 0);
  EXPECT_TRUE(third.tensor().same_memory(first.tensor())) << "the memory is kept from step to step";
}

TEST(Parameter, SaysWhoseGradientIsMissing) {
  Parameter p({4});
  p.parts()[0].name = "pooler.bias";
  EXPECT_EQ(message_of<UsageError>([&] { p.gradient(); }),
            "parameter pooler.bias: no gradient has reached it");
}

TEST(Parameter, CountsVersions) {
  Parameter p({4});
  const uint64_t before = p.version();
  p.touch();
  EXPECT_NE(p.version(), before);
}

TEST(Parameter, HasPartsOfEqualHeight) {
  const Parameter p({6, 2}, 3);
  ASSERT_EQ(p.parts().size(), 3u);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(p.parts()[i].begin, 2 * i);
    EXPECT_EQ(p.parts()[i].end, 2 * i + 2);
  }
  EXPECT_EQ(message_of<ShapeError>([] { Parameter({6, 2}, 4); }),
            "parameter [6, 2]: 6 rows can't be 4 equal parts");
  EXPECT_THROW(Parameter({6}, 0), ShapeError);
}

TEST(NamedParts, AreViewsInOrder) {
  const ParameterPtr qkv = std::make_shared<Parameter>(Shape{3, 2}, 3);
  const ParameterPtr bias = parameter(pattern({4}));
  for (int i = 0; i < 3; ++i) qkv->parts()[i].name = std::string(1, "qkv"[i]);
  bias->parts()[0].name = "bias";
  bias->parts()[0].aliases = {"tied"};
  qkv->value().copy_from(pattern({3, 2}));
  qkv->gradient_sink().tensor().copy_from(pattern({3, 2}, 1));

  const auto parts = named_parts({qkv, bias});
  ASSERT_EQ(parts.size(), 4u);
  EXPECT_EQ(parts[1].name, "k");
  EXPECT_EQ(parts[1].parameter, qkv.get());
  EXPECT_TRUE(same_bits(parts[1].value, pattern({3, 2}).slice(1, 2)));
  EXPECT_TRUE(same_bits(parts[1].gradient, pattern({3, 2}, 1).slice(1, 2)));
  EXPECT_TRUE(parts[0].value.same_memory(qkv->value()));
  EXPECT_EQ(parts[3].name, "bias");
  EXPECT_EQ(parts[3].aliases, std::vector<std::string>{"tied"});
  EXPECT_TRUE(parts[3].value.same_memory(bias->value()));
  EXPECT_FALSE(parts[3].gradient.defined());
}

TEST(NamedParts, RefuseAParameterListedTwice) {
  const ParameterPtr p = parameter(pattern({4})), q = parameter(pattern({4}));
  p->parts()[0].name = "embedding.weight";
  EXPECT_EQ(message_of<UsageError>([&] { named_parts({p, q, p}); }),
            "parameter embedding.weight is listed twice: collect it once, however often it is used");
}

TEST(NamedParts, TakeAScalar) {
  const auto parts = named_parts({parameter(Tensor::full({}, 3))});
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_EQ(parts[0].value.item(), 3);
}

}  // namespace

}  // namespace reprise::testing
