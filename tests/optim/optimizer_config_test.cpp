#include "optim/optimizer_config.h"

#include <gtest/gtest.h>

#include <string>

#include "core/error.h"

namespace reprise {
namespace {

OptimizerConfig read(const std::string& text) {
  return bind<OptimizerConfig>(parse_config(text, "test.json"));
}

// The message of the ConfigError for `text`.
std::string problem(const std::string& text) {
  try {
    read(text);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "none";
}

TEST(OptimizerConfigTest, ReadsWhatWasWritten) {
  const OptimizerConfig config = read(R"({"type": "adam", "learning_rate": 0.5, "betas": [0.8, 0.9],
    "epsilon": 0.25, "bias_correction": false, "weight_decay": 2, "no_decay": ["b"]})");
  EXPECT_EQ(config.type, "adam");
  EXPECT_EQ(config.learning_rate, 0.5);
  EXPECT_EQ(config.betas, (std::vector<double>{0.8, 0.9}));
  EXPECT_EQ(config.epsilon, 0.25);
  EXPECT_EQ(config.bias_correction, false);
  EXPECT_EQ(config.weight_decay, 2);
  EXPECT_EQ(config.no_decay, (std::vector<std::string>{"b"}));
  EXPECT_EQ(read(R"({"type": "sgd", "momentum": 0.5})").momentum, 0.5);
}

TEST(OptimizerConfigTest, FillsInWhatDependsOnTheType) {
  struct Row {
    std::string text;
    bool bias_correction;
    double epsilon, weight_decay;
  };
  const std::vector<Row> rows = {
      {R"({"type": "adam"})", true, 1e-8, 0},
      {R"({"type": "adamw"})", true, 1e-8, 0.01},
      {R"({"type": "adamw", "bias_correction": false})", false, 1e-6, 0.01},
      {R"({"type": "lamb"})", false, 1e-6, 0.01},
      {R"({"type": "lamb", "bias_correction": true, "weight_decay": 0})", true, 1e-6, 0},
      {R"({"type": "adam", "epsilon": 0.5})", true, 0.5, 0},
  };
  for (const Row& row : rows) {
    const OptimizerConfig config = read(row.text).resolved();
    EXPECT_EQ(config.bias_correction, row.bias_correction) << row.text;
    EXPECT_EQ(config.epsilon, row.epsilon) << row.text;
    EXPECT_EQ(config.weight_decay, row.weight_decay) << row.text;
  }
  EXPECT_EQ(read(R"({"type": "sgd"})").resolved().weight_decay, 0);
}

TEST(OptimizerConfigTest, StaysTheSameWhenItIsResolvedAndReadAgain) {
  const OptimizerConfig config = read(R"({"type": "lamb"})").resolved();
  const OptimizerConfig again = read(dump(config).dump());
  EXPECT_EQ(again.epsilon, config.epsilon);
  EXPECT_EQ(again.weight_decay, config.weight_decay);
  EXPECT_EQ(again.bias_correction, config.bias_correction);
}

TEST(OptimizerConfigTest, RefusesSettingsOfOtherTypes) {
  EXPECT_NE(problem(R"({"type": "adamw", "momentum": 0.9})").find("momentum"), std::string::npos);
  EXPECT_NE(problem(R"({"type": "sgd", "betas": [0, 0]})").find("betas"), std::string::npos);
}

TEST(OptimizerConfigTest, RefusesValuesThatCannotBe) {
  for (const char* text :
       {R"({"type": "adagrad"})", R"({"learning_rate": -1})", R"({"betas": [0.9]})",
        R"({"betas": [0.9, 1]})", R"({"betas": [-0.1, 0.9]})", R"({"epsilon": 0})",
        R"({"weight_decay": -1})", R"({"type": "sgd", "momentum": 1})", R"({"no_decay": [""]})"}) {
    EXPECT_NE(problem(text), "none") << text;
  }
}

}  // namespace
}  // namespace reprise
