// The best evaluation's model as the result, and an end when nothing gets better.
#include "tools/trainer/best_weights.h"

#include "tests/tools/tiny_runs.h"

namespace reprise {
namespace {

// A rate so high that things get worse after a while.
Json recipe() {
  Json recipe = tiny_recipe("albert");
  recipe["optimizer"] = {{"type", "adamw"}, {"learning_rate", 0.05}};
  recipe["schedule"] = {{"type", "constant"}};
  recipe["training"] = {{"steps", 60}, {"batch_size", 4}, {"eval_every", 4}, {"checkpoint_every", 6},
                        {"keep_best", "mlm_loss"}};
  return recipe;
}

// Steps and losses of the evaluations.
std::vector<std::pair<int64_t, double>> losses(const TinyRuns& runs, const std::string& run) {
  std::vector<std::pair<int64_t, double>> found;
  for (const Json& line : runs.metrics(run)) {
    if (line.contains("eval")) found.emplace_back(line["step"], line["eval"]["mlm_loss"]);
  }
  return found;
}

TEST(KeepBest, TakesTheModelOfTheBestEvaluation) {
  const TinyRuns runs;
  runs.write_recipe(recipe());
  const Exited exited = runs.train("run");
  const auto evaluations = losses(runs, "run");
  const auto best = *std::ranges::min_element(evaluations, {}, [](const auto& e) { return e.second; });
  ASSERT_LT(best.first, 60) << "the test wants a run that gets worse";
  expect_exit(exited, 0, {fmt::format("the result is the model of step {}", best.first)});
  EXPECT_NE(runs.file("run", "final/README.md").find(fmt::format("| weights | those of step {}, the best by mlm_loss |",
                                                                 best.first)), std::string::npos);
  // The same as that of a run that ends there.
  Json shorter = recipe();
  shorter["training"]["steps"] = best.first;
  runs.write_recipe(shorter);
  expect_exit(runs.train("shorter"), 0);
  EXPECT_TRUE(runs.file("run", "final/model.safetensors") == runs.file("shorter", "final/model.safetensors"));
}

TEST(KeepBest, EndsWhenPatienceDoes) {
  const TinyRuns runs;
  Json patient = recipe();
  patient["training"]["patience"] = 2;
  runs.write_recipe(patient);
  expect_exit(runs.train("run"), 0, {"no better mlm_loss in 2 evaluations"});
  const auto evaluations = losses(runs, "run");
  const auto best = std::ranges::min_element(evaluations, {}, [](const auto& e) { return e.second; });
  EXPECT_EQ(evaluations.end() - best, 3);
  EXPECT_LT(evaluations.back().first, 60);

  runs.stop("stopped", 20, SIGKILL);
  expect_exit(runs.train("stopped"), 0);
  runs.expect_same_result("run", "stopped");
}

TEST(KeepBest, ChoosesAnewUnderANewPlan) {
  const TinyRuns runs;
  Json changing = recipe();
  changing["sharing_schedule"] = {{{"step", 30}, {"sharing", "none"}}};
  runs.write_recipe(changing);
  expect_exit(runs.train("run"), 0, {"is of the plan before: the best is chosen from here on"});
  runs.stop("stopped", 45, SIGKILL);
  expect_exit(runs.train("stopped"), 0);
  runs.expect_same_result("run", "stopped");
}

// A rollback takes steps back, and any that is made anew may be the best.
TEST(KeepBest, KeepsTheBestAndThatOfTheCheckpoint) {
  const TemporaryFolder folder;
  const std::vector<ParameterPtr> weights = {std::make_shared<Parameter>(Shape{2})};
  weights[0]->parts()[0].name = "w";
  save_best(folder.path(), 3, weights, 0);
  for (const int64_t step : {5, 7}) save_best(folder.path(), step, weights, 3);
  save_best(folder.path(), 4, weights, 3);
  for (const auto& [step, kept] : {std::pair{3, true}, {4, true}, {5, false}}) {
    EXPECT_EQ(has_best(folder.path(), step), kept) << step;
  }
}

TEST(KeepBest, ChoosesAnewInAnotherFolder) {
  const TinyRuns runs;
  runs.write_recipe(recipe());
  expect_exit(runs.train("run"), 0);
  const std::string checkpoint = runs / "run/checkpoints/step-00000054";
  expect_exit(runs.train("other", {"--resume", checkpoint}), 0, {"isn't in this run's folder"});
}

// Also one that takes a sentence task.
TEST(KeepBest, TakesAnyScoreOfAnEvaluation) {
  const TinyRuns runs;
  Json any = recipe();
  any["training"]["steps"] = 4;
  any["training"]["keep_best"] = "sentence_accuracy";
  runs.write_recipe(any);
  expect_exit(runs.train("run"), 0);
}

TEST(KeepBest, RefusesAScoreThatIsNotThere) {
  const TinyRuns runs;
  Json wrong = recipe();
  wrong["training"]["keep_best"] = "accuracy";
  runs.write_recipe(wrong);
  expect_exit(runs.train("run"), 78, {"an evaluation has no \"accuracy\"; it has loss, mlm_loss"});
  EXPECT_TRUE(runs.file("run", "config.json").empty()) << "said before training, and the folder is free";
  wrong["training"].erase("keep_best");
  wrong["training"]["patience"] = 3;
  runs.write_recipe(wrong);
  expect_exit(runs.train("other"), 78, {"better in what? give keep_best as well"});
}

}  // namespace
}  // namespace reprise
