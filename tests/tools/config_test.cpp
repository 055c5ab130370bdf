#include "tools/commands/config.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

#include "tests/tools/read_recipe.h"

namespace reprise {
namespace {

std::string output_of(const std::string& command_line) {
  CLI::App app;
  ConfigOptions options;
  add_config(app, options);
  app.parse(command_line);
  return config(options, read_recipe);
}

TEST(ConfigCommand, ExplainsASettingAndWhereItWasSet) {
  const std::string text = output_of("config explain model.embedding_size --config albert_small");
  EXPECT_NE(text.find("width of the embedding tables"), std::string::npos) << text;
  EXPECT_NE(text.find("128 ("), std::string::npos) << text;
  EXPECT_NE(text.find("albert_small.json:"), std::string::npos) << text;
  EXPECT_NE(output_of("config explain training.steps --set training.steps=7").find("7 (--set"),
            std::string::npos);
}

TEST(ConfigCommand, ListsTheSections) {
  const std::string text = output_of("config explain");
  for (const char* section : {"model", "data", "optimizer", "schedule", "training"}) {
    EXPECT_NE(text.find(fmt::format("\n  {}", section)), std::string::npos) << text;
  }
}

TEST(ConfigCommand, SuggestsASetting) {
  EXPECT_THROW(output_of("config explain model.hiden_size"), Error);
}

TEST(ConfigCommand, PrintsTheSchema) {
  const Json json = parse_json(output_of("config schema"), "schema").value();
  EXPECT_TRUE(json["properties"]["model"]["properties"].contains("sharing"));
}

// What is shown is a configuration that means the same.
TEST(ConfigCommand, ShowsWhatARunKeeps) {
  const std::string text = output_of("config show --config albert_small --set training.steps=7");
  const RunConfig again = bind<RunConfig>(parse_config(text, "shown.json"));
  EXPECT_EQ(again.training.steps, 7);
  EXPECT_EQ(dump(again), dump(read_recipe("albert_small", {"training.steps=7"})));
}

TEST(ConfigCommand, WantsARecipeToShow) {
  EXPECT_THROW(output_of("config show"), CLI::RequiredError);
  EXPECT_THROW(output_of("config"), CLI::RequiredError);
}

}  // namespace
}  // namespace reprise
