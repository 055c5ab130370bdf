#include "tools/commands/inspect.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

#include "core/json.h"
#include "tests/tools/read_recipe.h"
#include "tools/trainer/ledger.h"

namespace reprise {
namespace {

std::string text_of(InspectOptions options) { return inspect(options, read_recipe); }

Json json_of(InspectOptions options) {
  options.json = true;
  return parse_json(text_of(options), "inspect").value();
}

TEST(Inspect, GivesScriptsTheNumbers) {
  const Json json = json_of({.configs = {"albert_base"}, .overrides = {"training.accumulate=1"}});
  EXPECT_EQ(json["name"], "albert_base");
  EXPECT_EQ(json["parameters"]["stored"], 11'813'810);
  EXPECT_EQ(json["parameters"]["unshared"], 93'620'402);
  EXPECT_EQ(json["parameters"]["base_model"], 11'683'584);
  const Json& attention = json["parameters"]["components"]["attention"];
  EXPECT_EQ(attention["stored"], 2'362'368);
  EXPECT_EQ(attention["unshared"], 12 * 2'362'368);
  EXPECT_EQ(attention["copies"], 1);
  EXPECT_EQ(attention["uses"], 12);
  EXPECT_EQ(json["bytes"]["weights"], 4 * 11'813'810);
  EXPECT_EQ(json["bytes"]["gradients"], 4 * 11'813'810);
  EXPECT_EQ(json["bytes"]["optimizer"], 8 * 11'813'810);
  EXPECT_GT(json["bytes"]["activations"], 0);
  // encoder + projection + 19 predictions + pooler + sentence head
  EXPECT_EQ(json["multiply_adds"],
            11'173'625'856 + 128 * 128 * 768 + 19 * 3'938'304 + 768 * 768 + 2 * 768);
  EXPECT_EQ(json["sharing"]["grid"], "A A A A A A A A A A A A");
  EXPECT_EQ(json["sharing"]["sets"]["feed_forward"], Json(std::vector<int>(12, 0)));
  EXPECT_EQ(json["sharing"]["counts"]["attention_norm"], 1);
  EXPECT_EQ(json["configs"].size(), 1u);
  EXPECT_EQ(json["configs"][0]["parameters"], json["parameters"]);
}

TEST(Inspect, ListsSeveralConfigs) {
  const Json json = json_of({.configs = {"bert_base", "albert_base"}});
  ASSERT_EQ(json["configs"].size(), 2u);
  EXPECT_FALSE(json.contains("parameters"));
  EXPECT_EQ(json["configs"][0]["parameters"]["stored"], 110'106'428);
  EXPECT_EQ(json["configs"][1]["name"], "albert_base");
}

TEST(Inspect, PrintsALedger) {
  const std::string text =
      text_of({.configs = {"albert_base"}, .overrides = {"model.sharing=attention"}});
  EXPECT_NE(text.find("albert_base: ALBERT-base"), std::string::npos);
  EXPECT_NE(text.find(kCountingConvention), std::string::npos);
  EXPECT_NE(text.find("63,777,458"), std::string::npos);
  const std::string relaxed = text_of(
      {.configs = {"albert_base"},
       .overrides = {R"(model.sharing={"strategy": "all", "rank": 8, "alpha": 16, "per_use": ["biases"]})"}});
  EXPECT_NE(relaxed.find("A A\neach use has of its own: an addition of rank 8 scaled by 2, biases\n"),
            std::string::npos) << relaxed;
  EXPECT_NE(relaxed.find("attention_additions"), std::string::npos);
  EXPECT_NE(text.find("attention         A A A A A A A A A A A A\n"
                      "feed_forward      A B C D E F G H I J K L\n"), std::string::npos) << text;
  EXPECT_NE(text.find("lamb moments"), std::string::npos);
}

TEST(Inspect, SetsModelsSideBySide) {
  const std::string text = text_of({.configs = {"bert_base", "albert_base", "albert_large"}});
  EXPECT_EQ(text.substr(0, text.find('\n')),
            "110.1 M against 11.8 M against 17.8 M parameters: bert_base against albert_base "
            "against albert_large");
  const size_t line = text.find("\nparameters ");
  ASSERT_NE(line, std::string::npos) << text;
  const std::string row = text.substr(line + 1, text.find('\n', line + 1) - line - 1);
  for (const char* cell : {" 110,106,428 ", " 11,813,810  9.32x ", " 17,847,474   6.17x"}) {
    EXPECT_NE(row.find(cell), std::string::npos) << row;
  }
  // What only one of them has stands in its place.
  EXPECT_LT(text.find("embedding_norm"), text.find("embedding_projection"));
  EXPECT_LT(text.find("embedding_projection"), text.find("attention"));
}

TEST(Inspect, TellsConfigsOfTheSameNameApart) {
  const std::string path = find_recipe("bert_tiny").string();
  const Json json = json_of({.configs = {"bert_tiny", path}});
  EXPECT_EQ(json["configs"][0]["name"], "bert_tiny");
  EXPECT_EQ(json["configs"][1]["name"], path);
  EXPECT_EQ(json_of({.configs = {path}})["name"], "bert_tiny");
}

TEST(Inspect, NeedsNoData) {
  const Json json = json_of({.configs = {"bert_tiny"},
                             .overrides = {"data.train=/nowhere/a.txt", "data.valid=/nowhere/b.txt",
                                           "data.vocabulary=/nowhere/c.model"}});
  EXPECT_EQ(json["parameters"]["stored"], 4'433'468);
}

TEST(Inspect, IsACommand) {
  CLI::App app;
  InspectOptions options;
  add_inspect(app, options);
  app.parse("inspect --config bert_tiny --set model.hidden_size=64 --config bert_mini "
            "--set model.num_attention_heads=2 --json");
  EXPECT_EQ(options.configs, (std::vector<std::string>{"bert_tiny", "bert_mini"}));
  EXPECT_EQ(options.overrides, (std::vector<std::string>{"model.hidden_size=64",
                                                         "model.num_attention_heads=2"}));
  EXPECT_TRUE(options.json);
  EXPECT_THROW(app.parse("inspect"), CLI::RequiredError);
  EXPECT_THROW(app.parse("inspect --config bert_tiny bert_mini"), CLI::ExtrasError);
}

}  // namespace
}  // namespace reprise
