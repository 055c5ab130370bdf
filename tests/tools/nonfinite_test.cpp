// Numbers that aren't finite never pass silently, and never get into what is saved.
#include <cmath>

#include "core/safetensors.h"
#include "tests/tools/tiny_runs.h"

namespace reprise {
namespace {

namespace fs = std::filesystem;

void expect_finite_weights(const std::string& run) {
  for (const auto& entry : fs::recursive_directory_iterator(run)) {
    if (entry.path().filename() != "model.safetensors") continue;
    const SafetensorsFile file = SafetensorsFile::open(entry.path().string());
    for (const std::string& name : file.names()) {
      const Tensor weights = file.load(name);  // outlives the loop over it
      for (const real x : weights.values()) {
        ASSERT_TRUE(std::isfinite(x)) << entry.path() << ": " << name;
      }
    }
  }
}

// `rate` is so high that the first update sends the weights out of float's range, or nearly.
void expect_divergence(const TinyRuns& runs, const std::string& output, const std::string& rate) {
  const Exited exited = runs.train(
      output, {"--set", "optimizer.type=sgd", "--set", "optimizer.learning_rate=" + rate, "--set",
               "optimizer.no_decay=[]", "--set", "schedule.warmup_steps=0", "--set",
               "training.checkpoint_every=1"});
  expect_exit(exited, 80, {"not finite in 3 steps in a row", "skipped"});
  std::vector<Json> lines = runs.metrics(output);
  EXPECT_EQ(std::erase_if(lines, [](const Json& line) { return line.contains("watch"); }), 1u);
  ASSERT_GE(lines.size(), 4u);
  for (size_t i = 0; i < lines.size(); ++i) {
    const bool bad = i + 3 >= lines.size();
    EXPECT_EQ(lines[i].contains("skipped"), bad) << lines[i];
    const bool null = lines[i]["loss"].is_null() || lines[i]["gradient_norm"].is_null();
    EXPECT_EQ(null, bad) << lines[i];
  }
  EXPECT_FALSE(fs::exists(runs / output + "/final"));
  expect_finite_weights(runs / output);
}

TEST(NotFinite, StepsAreSkippedAndTheRunStops) {
  const TinyRuns runs;
  Json recipe = tiny_recipe("albert");
  recipe["optimizer"] = Json::object();
  runs.write_recipe(recipe);
  expect_divergence(runs, "huge", "1e30");
  expect_divergence(runs, "infinite", "1e300");
}

// The last update of a run can be the one that breaks the weights.
TEST(NotFinite, WeightsAreNotAResult) {
  const TinyRuns runs;
  Json recipe = tiny_recipe("albert");
  recipe["optimizer"] = {{"type", "sgd"}, {"learning_rate", 1e300}};
  recipe["schedule"]["warmup_steps"] = 0;
  recipe["training"]["steps"] = 1;
  runs.write_recipe(recipe);
  expect_exit(runs.train("run"), 80, {"not finite"});
  EXPECT_FALSE(fs::exists(runs / "run/final"));
}

}  // namespace
}  // namespace reprise
