// Whole runs of the training program: what they leave behind, and that it has the same bits however
// many threads worked on it.
#include <map>

#include "tests/tools/tiny_runs.h"

namespace reprise {
namespace {

namespace fs = std::filesystem;

// Every file but the lock, which says who used the folder last.
std::map<std::string, std::string> files_of(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.path().filename() == "lock") continue;
    files[entry.path().string()] = content_of(entry.path().string());
  }
  return files;
}

class TrainBoth : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(, TrainBoth, testing::Values("albert", "bert"), type_name);

TEST_P(TrainBoth, LogsEveryStepAndEvaluation) {
  const TinyRuns runs(GetParam());
  expect_exit(runs.train("run"), 0, {"held out after 12 steps", "/run/final"});
  std::vector<int> evaluated;
  int steps = 0;
  for (const Json& line : runs.metrics("run")) {
    ASSERT_FALSE(line.contains("watch")) << line;
    if (line.contains("eval")) {
      evaluated.push_back(line["step"]);
      for (const char* key : {"loss", "mlm_loss", "mlm_accuracy", "unigram_loss", "sentence_loss",
                              "sentence_accuracy", "majority_accuracy"}) {
        EXPECT_TRUE(line["eval"].contains(key)) << line;
      }
      EXPECT_EQ(line["step"], steps) << "an evaluation stands between the steps";
      continue;
    }
    EXPECT_EQ(line["step"], steps++);
    EXPECT_NEAR(line["loss"], line["mlm_loss"].get<double>() + line["sentence_loss"].get<double>(),
                1e-9);
    for (const char* key : {"gradient_norm", "learning_rate", "tokens"}) {
      EXPECT_TRUE(line.contains(key)) << line;
    }
    EXPECT_FALSE(line.contains("skipped"));
  }
  EXPECT_EQ(steps, 12);
  EXPECT_EQ(evaluated, (std::vector<int>{5, 10, 12}));
  EXPECT_NE(runs.file("run", "metrics.jsonl").find("\"seconds\""), std::string::npos);
}

TEST_P(TrainBoth, LeavesAModelFolderAndIsThenFinished) {
  const TinyRuns runs(GetParam());
  expect_exit(runs.train("run"), 0);
  const auto before = files_of(runs / "run");
  for (const char* name : {"config.json", "log.txt", "final/config.json", "final/model.safetensors",
                           "checkpoints/step-00000004/model.safetensors",
                           "checkpoints/step-00000008/optimizer.safetensors"}) {
    EXPECT_TRUE(before.contains(runs / "run" + "/" + name)) << name;
  }
  for (const auto& entry : fs::directory_iterator(runs / "run/tokenizer")) {
    EXPECT_TRUE(before.contains(runs / "run/final/" + entry.path().filename().string()));
  }
  EXPECT_FALSE(fs::is_empty(runs / "run/tokenizer"));
  expect_exit(runs.train("run"), 0, {"this run is finished"});
  EXPECT_TRUE(before == files_of(runs / "run"));
  // What was written can be trained from.
  expect_exit(runs.train("next", {"--set", "model.init_from=" + runs / "run/final"}), 0);
}

TEST_P(TrainBoth, HasTheSameBitsOnAnyNumberOfThreads) {
  const TinyRuns runs(GetParam());
  for (const char* threads : {"1", "2", "3", "8"}) {
    expect_exit(runs.train(threads, {"--threads", threads}), 0);
    if (threads[0] != '1') runs.expect_same_result("1", threads);
  }
}

TEST(Train, DryRunWritesNothing) {
  const TinyRuns runs;
  expect_exit(runs.train("run", {"--dry-run"}), 0, {"one batch went through", "Nothing was written"});
  EXPECT_FALSE(fs::exists(runs / "run"));
}

}  // namespace
}  // namespace reprise
