#include "optim/registry.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <variant>

#include "core/error.h"
#include "support.h"

namespace reprise {
namespace {

TEST(RegistryTest, HasEveryTypeThatTheConfigAllows) {
  const FieldDescription description = describe<OptimizerConfig>();
  int types = 0;
  for (const Rule& rule : description.fields.at(0).rules) {
    if (!std::holds_alternative<Choices>(rule)) continue;
    for (const std::string& type : std::get<Choices>(rule).names) {
      OptimizerConfig config;
      config.type = type;
      EXPECT_NE(make_optimizer(config, {named_parameter("w", {2})}), nullptr);
      ++types;
    }
  }
  EXPECT_EQ(types, 4);
}

TEST(RegistryTest, RefusesAnUnknownType) {
  OptimizerConfig config;
  config.type = "adagrad";
  EXPECT_THROW(make_optimizer(config, {}), ConfigError);
}

}  // namespace
}  // namespace reprise
