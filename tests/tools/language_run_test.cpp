// Training a recurrent language model, through the program.
#include <cmath>

#include "tests/tools/tiny_runs.h"

namespace reprise {
namespace {

Json language_recipe() {
  return parse_json(R"({
    "model": {"type": "lstm_lm", "vocab_size": 20, "hidden_size": 16, "num_layers": 2, "dropout": 0.2,
              "projection": true},
    "data": {"type": "words", "train": "train.txt", "valid": "valid.txt", "steps": 7},
    "optimizer": {"type": "adamw", "learning_rate": 0.01},
    "training": {"epochs": 2, "batch_size": 4, "checkpoint_every": 5}})", "the recipe").value();
}

TEST(LanguageRun, TrainsForEpochsAndWritesModelAndVocabulary) {
  const TinyRuns runs;
  runs.write_recipe(language_recipe());
  expect_exit(runs.train("run"), 0, {"words: ", "perplexity", "by word frequencies alone"});
  const std::vector<Json> lines = runs.metrics("run");
  const Json first = lines.front(), eval = lines.back()["eval"];
  EXPECT_NEAR(first["word_loss"].get<double>(), 2.9, 0.3);  // ln 20 = 3.0
  EXPECT_GT(first["penalty"].get<double>(), 0);
  EXPECT_DOUBLE_EQ(first["loss"], first["word_loss"].get<double>() + first["penalty"].get<double>());
  EXPECT_LT(eval["word_loss"].get<double>(), 2.9);
  EXPECT_NEAR(eval["perplexity"].get<double>(), std::exp(eval["word_loss"].get<double>()), 1e-9);
  EXPECT_FALSE(eval.contains("test_perplexity"));
  EXPECT_EQ(runs.file("run", "final/vocab.txt").substr(0, 12), "<unk>\n<eos>\n");
  const Json config = parse_json(runs.file("run", "final/config.json"), "config.json").value();
  EXPECT_EQ(config["architectures"][0], "RepriseLstmLm");
}

TEST(LanguageRun, ReportsATestText) {
  const TinyRuns runs;
  runs.write_recipe(language_recipe());
  const std::string test_text = "data.test=" + runs / "valid.txt";
  expect_exit(runs.train("run", {"--set", test_text}), 0, {"on the test text"});
  const Json eval = runs.metrics("run").back()["eval"];
  EXPECT_EQ(eval["test_word_loss"], eval["word_loss"]);  // the same text
  expect_exit(runs.train("apart", {"--set", test_text, "--set", "data.valid=null"}), 0);
  EXPECT_NE(runs.metrics("apart").back()["eval"]["test_perplexity"],
            runs.metrics("apart").back()["eval"]["perplexity"]);
}

// The state that is carried from batch to batch must come through a stop, wherever it is.
TEST(LanguageRun, HasTheSameBitsOnAnyThreadsAndAfterStops) {
  const TinyRuns runs;
  runs.write_recipe(language_recipe());
  expect_exit(runs.train("one"), 0);
  expect_exit(runs.train("three", {"--threads", "3"}), 0);
  runs.expect_same_result("one", "three");
  runs.stop("stopped", 7, SIGKILL);
  runs.stop("stopped", 13, SIGTERM);
  expect_exit(runs.train("stopped"), 0, {"going on from"});
  runs.expect_same_result("one", "stopped");
}

// Two micro-batches that follow each other in the streams are one step of twice the time, but for what
// gradients see across the cut: without a state to carry, the first losses would differ more.
TEST(LanguageRun, CarriesTheStateFromMicroBatchToMicroBatch) {
  const TinyRuns runs;
  Json recipe = language_recipe();
  recipe["model"]["dropout"] = 0;
  recipe["training"] = {{"steps", 1}, {"batch_size", 4}};
  recipe["data"]["steps"] = 14;
  runs.write_recipe(recipe);
  expect_exit(runs.train("whole"), 0);
  recipe["data"]["steps"] = 7;
  recipe["training"]["accumulate"] = 2;
  runs.write_recipe(recipe);
  expect_exit(runs.train("cut"), 0);
  EXPECT_NEAR(runs.metrics("whole")[0]["loss"].get<double>(), runs.metrics("cut")[0]["loss"].get<double>(),
              1e-6);
}

TEST(LanguageRun, SaysWhatDoesNotFit) {
  const TinyRuns runs;
  Json recipe = language_recipe();
  recipe["training"]["batch_size"] = 100000;
  runs.write_recipe(recipe);
  expect_exit(runs.train("run"), 65, {"data.train"});
  recipe = language_recipe();
  recipe["data"]["type"] = "text";
  recipe["data"].erase("steps");
  runs.write_recipe(recipe);
  expect_exit(runs.train("run"), 78, {"a model of type lstm_lm is trained on words"});
}

}  // namespace
}  // namespace reprise
