#include "tools/trainer/model_card.h"

#include <gtest/gtest.h>

#include "tests/tools/tiny_runs.h"

namespace reprise {
namespace {

TEST(ModelCard, IsInEveryFinishedRun) {
  const TinyRuns runs;
  expect_exit(runs.train("run"), 0);
  const std::string card = runs.file("run", "final/README.md");
  const Json eval = runs.metrics("run").back()["eval"];
  for (const std::string& part :
       {std::string("# run\n"), std::string("| train.txt |"), std::string("| steps | 12 of 8 sequences |"),
        fmt::format("| mlm_loss | {:.4f} |", eval["mlm_loss"].get<double>()), std::string("\"learning_rate\": 0.01"),
        std::string("| energy | "), std::string("## Limits")}) {
    EXPECT_NE(card.find(part), std::string::npos) << part << "\n" << card;
  }
}

TEST(ModelCard, SaysWhatWasNotMeasuredAndWhatIsGone) {
  RunConfig config;
  config.data.text.train.pattern = "gone|away.txt";
  config.model = config.model.resolved();
  config.optimizer = config.optimizer.resolved();
  const std::string card = model_card(config, {.name = "a|b", .processor = "some"});
  EXPECT_NE(card.find("# a\\|b\n"), std::string::npos) << card;
  EXPECT_NE(card.find("not measured"), std::string::npos);
  EXPECT_NE(card.find("No data were held out."), std::string::npos);
}

TEST(ModelCard, TakesTheScoresOfTheStepThatItIsOf) {
  const TemporaryFolder folder;
  folder.write("metrics.jsonl", "{\"step\": 4, \"eval\": {\"loss\": 1}}\n{\"step\": 8, \"eval\": {\"loss\": 2}}\n"
                                "{\"step\": 8, \"loss\": 7}\n");
  EXPECT_EQ(last_scores(folder / "metrics.jsonl", "eval", 4)["loss"], 1);
  EXPECT_EQ(last_scores(folder / "metrics.jsonl", "eval", 8)["loss"], 2);
  EXPECT_TRUE(last_scores(folder / "metrics.jsonl", "test", 8).is_null());
  EXPECT_TRUE(last_scores(folder / "missing", "eval", 8).is_null());
}

TEST(ModelCard, PassesOverATornLine) {
  const TemporaryFolder folder;
  folder.write("metrics.jsonl", "{\"step\": 8, \"eval\": {\"loss\": 2}}\n{\"step\": 8, \"eval\": {\"lo\n");
  EXPECT_EQ(last_scores(folder / "metrics.jsonl", "eval", 8)["loss"], 2);
}

}  // namespace
}  // namespace reprise
