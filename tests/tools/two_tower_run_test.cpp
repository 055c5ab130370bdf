// Training one encoder at two inputs, through the program.
#include "tests/tools/tiny_runs.h"

namespace reprise {
namespace {

Json two_tower_recipe(const std::string& encoder) {
  Json recipe = tiny_recipe(encoder);
  recipe["model"]["type"] = encoder;
  recipe["model"] = {{"type", "two_tower"}, {"encoder", recipe["model"]}};
  recipe["data"]["type"] = "sentence_pairs";
  recipe["training"] = {{"epochs", 2}, {"batch_size", 8}, {"checkpoint_every", 4}};
  return recipe;
}

class TwoTowerRunBoth : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(, TwoTowerRunBoth, testing::Values("albert", "bert"), type_name);

TEST_P(TwoTowerRunBoth, TrainsForEpochsAndWritesTheEncoder) {
  const TinyRuns runs;
  runs.write_recipe(two_tower_recipe(GetParam()));
  expect_exit(runs.train("run"), 0, {"sentence pairs: 12 documents", "the neighbour is found for"});
  const std::vector<Json> lines = runs.metrics("run");
  ASSERT_EQ(lines.size(), 2u * 14 + 2);  // 108 pairs: 14 steps an epoch, and an evaluation
  EXPECT_EQ(lines.back()["step"], 28);
  const Json eval = lines.back()["eval"];
  EXPECT_EQ(eval["chance"], 1.0 / 8);
  EXPECT_TRUE(eval["contrastive_loss"].is_number());
  const Json config = parse_json(runs.file("run", "final/config.json"), "config.json").value();
  EXPECT_EQ(config["architectures"][0], GetParam() == std::string("albert") ? "AlbertModel" : "BertModel");
}

TEST_P(TwoTowerRunBoth, HasTheSameBitsOnAnyThreadsAndAfterAStop) {
  const TinyRuns runs;
  runs.write_recipe(two_tower_recipe(GetParam()));
  expect_exit(runs.train("one"), 0);
  expect_exit(runs.train("three", {"--threads", "3"}), 0);
  runs.expect_same_result("one", "three");
  runs.stop("stopped", 10, SIGKILL);
  expect_exit(runs.train("stopped"), 0, {"going on from"});
  runs.expect_same_result("one", "stopped");
}

TEST(TwoTowerRun, LearnsOnWhatItSees) {
  const TinyRuns runs;
  Json recipe = two_tower_recipe("albert");
  recipe["data"]["valid"] = "train.txt";
  recipe["training"]["epochs"] = 25;
  recipe["training"]["seed"] = 2;
  recipe["optimizer"] = {{"type", "adamw"}, {"learning_rate", 0.005}};
  runs.write_recipe(recipe);
  expect_exit(runs.train("run"), 0);
  EXPECT_GT(runs.metrics("run").back()["eval"]["accuracy"].get<double>(), 0.25);  // 1/8 by chance
}

TEST(TwoTowerRun, RefusesDataThatDoNotFit) {
  const TinyRuns runs;
  Json recipe = two_tower_recipe("albert");
  recipe["data"].erase("type");
  runs.write_recipe(recipe);
  expect_exit(runs.train("run"), 78, {"a model of type two_tower is trained on sentence_pairs"});
  recipe = tiny_recipe("albert");
  recipe["training"].erase("steps");
  recipe["training"]["epochs"] = 1;
  runs.write_recipe(recipe);
  expect_exit(runs.train("run"), 78, {"training.epochs", "give training.steps"});
}

}  // namespace
}  // namespace reprise
