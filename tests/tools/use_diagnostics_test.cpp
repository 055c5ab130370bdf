#include "tools/trainer/use_diagnostics.h"

#include <cmath>
#include <numeric>

#include "tests/tools/small_models.h"
#include "tests/tools/tiny_runs.h"
#include "tools/commands/diagnose.h"

namespace reprise {
namespace {

Tensor row(std::vector<real> numbers) {
  return Tensor::of({1, std::ssize(numbers)}, std::span<const real>(numbers));
}

TEST(UseReport, KnowsNormsAnglesAndShares) {
  const Json report = use_report({.halves = {{row({3, 4}), row({4, -3})}, {row({0, 0}), row({0, 0})}}});
  EXPECT_EQ(report["norm"], Json({5, 5}));
  EXPECT_EQ(report["cosine"], Json::array({{1, 0}, {0, 1}}));
  EXPECT_EQ(report["share"], Json({0.5, 0.5}));
  EXPECT_TRUE(report["noise_cosine"].is_null());  // a half that wants nothing has no direction
}

TEST(UseReport, AUseAgainstTheSumHasANegativeShare) {
  const Json report = use_report({.halves = {{row({3, 0}), row({-1, 0})}}});
  EXPECT_EQ(report["share"], Json({1.5, -0.5}));
  EXPECT_EQ(report["cosine"][0][1], -1);
  EXPECT_TRUE(report["noise_cosine"].is_null());  // one half
}

TEST(UseReport, TheNoiseCeilingIsTheMeanCosineOfHalves) {
  const Json report =
      use_report({.halves = {{row({1, 0}), row({1, 1})}, {row({1, 1}), row({2, 2})}}});
  EXPECT_NEAR(report["noise_cosine"].get<double>(), (1 / std::sqrt(2) + 1) / 2, 1e-7);
}

// Reading a word table touches the rows of the words that are there, predicting touches all.
TEST(UseReport, LooksAtTouchedRowsByThemselves) {
  const std::vector<real> read = {0, 0, 1, 1}, predict = {5, 0, 1, -1};
  const Json report = use_report({.halves = {{Tensor::of({2, 2}, std::span<const real>(read)),
                                              Tensor::of({2, 2}, std::span<const real>(predict))}}});
  EXPECT_EQ(report["cosine_touched"][0][1], 0);
  EXPECT_FALSE(use_report({.halves = {{row({1, 1}), row({1, 0})}}}).contains("cosine_touched"));
}

Json first_diagnostics(const TinyRuns& runs, const std::string& run) {
  for (const Json& line : runs.metrics(run)) {
    if (line.contains("uses")) return line;
  }
  return {};
}

const std::string kFfn = "albert.encoder.albert_layer_groups.0.albert_layers.0.ffn.weight";

TEST(UseDiagnostics, LeaveTheTrainingAsItIs) {
  for (const char* accumulate : {"1", "2"}) {
    const TinyRuns runs;
    const std::string cut = std::string("training.accumulate=") + accumulate;
    expect_exit(runs.train("off", {"--set", cut}), 0);
    expect_exit(runs.train("on", {"--set", cut, "--set", "diagnostics.every=5"}), 0);
    EXPECT_EQ(runs.file("off", "final/model.safetensors"), runs.file("on", "final/model.safetensors"));
    std::vector<Json> off = runs.metrics("off"), on = runs.metrics("on");
    std::erase_if(on, [](const Json& line) { return line.contains("uses"); });
    EXPECT_EQ(off, on);
    expect_exit(runs.train("threads", {"--set", cut, "--set", "diagnostics.every=5", "--threads", "3"}),
                0);
    runs.expect_same_result("on", "threads");
    const Json line = first_diagnostics(runs, "on");
    const Json& ffn = line["uses"][kFfn];
    ASSERT_EQ(ffn["share"].size(), 2u) << line;
    EXPECT_NEAR(ffn["share"][0].get<double>() + ffn["share"][1].get<double>(), 1, 1e-9);
    EXPECT_EQ(ffn["cosine"][0][0], 1);
    EXPECT_TRUE(ffn["noise_cosine"].is_number());
    const Json& words = line["uses"]["albert.embeddings.word_embeddings.weight"];
    EXPECT_TRUE(words.contains("cosine_touched"));
    EXPECT_EQ(line["layers"]["angle"].size(), 2u);
    EXPECT_GT(line["trust_ratio"][kFfn], 0);  // LAMB's
    EXPECT_EQ(line["update_ratio"][kFfn], 0);  // the first rate of the warm-up is 0
  }
}

// What the uses want adds up to the gradient that the step has.
TEST(UseDiagnostics, ContributionsAddUpToTheGradient) {
  const TinyRuns runs;
  Json recipe = tiny_recipe("albert");
  recipe["training"] = {{"steps", 1}, {"batch_size", 4}, {"clip_norm", 0}};
  recipe["diagnostics"] = {{"every", 1}, {"parameters", Json::array({kFfn})}};
  // A step of plain SGD at rate 1 moves the weights by the gradient.
  recipe["optimizer"] = {{"type", "sgd"}, {"learning_rate", 1}};
  recipe["schedule"] = {{"type", "constant"}};
  runs.write_recipe(recipe);
  expect_exit(runs.train("run"), 0);
  const Json line = first_diagnostics(runs, "run");
  ASSERT_EQ(line["uses"].size(), 1u);
  const Json& ffn = line["uses"][kFfn];
  double whole = 0;
  for (int u = 0; u < 2; ++u) {
    for (int v = 0; v < 2; ++v) {
      whole += ffn["norm"][u].get<double>() * ffn["norm"][v].get<double>() *
               ffn["cosine"][u][v].get<double>();
    }
  }
  // |w| from the initializer: normal numbers of deviation 0.02.
  const double weights = 0.02 * std::sqrt(48 * 32);
  EXPECT_NEAR(line["update_ratio"][kFfn].get<double>(), std::sqrt(whole) / weights,
              0.1 * std::sqrt(whole) / weights);
}

TEST(UseDiagnostics, SaysWhichParameterThereIsNot) {
  const TinyRuns runs;
  expect_exit(runs.train("run", {"--set", "diagnostics.every=1", "--set",
                                 R"(diagnostics.parameters=["albert.pooler.wieght"])"}), 78,
              {"diagnostics.parameters", "albert.pooler.wieght", "albert.pooler.weight"});
  expect_exit(runs.train("run", {"--set", "diagnostics.every=1", "--set",
                                 R"(diagnostics.parameters=["attention.qery.weight"])"}), 78,
              {"attention.qery.weight; did you mean", "albert_layers.0.attention.query.weight"});
}

TEST(Diagnose, ShowsTheTables) {
  const TinyRuns runs;
  expect_exit(runs.train("run", {"--set", "diagnostics.every=5"}), 0);
  const std::string text = diagnose({.run = runs / "run", .parameter = "ffn.weight"});
  EXPECT_NE(text.find("step 10."), std::string::npos) << text;
  EXPECT_NE(text.find(kFfn + "\nused 2 times; noise ceiling "), std::string::npos) << text;
  EXPECT_EQ(text.find("query"), std::string::npos);
  EXPECT_NE(text.find("layer  distance  angle"), std::string::npos) << text;
  EXPECT_NE(diagnose({.run = runs / "run", .step = 5}).find("step 5."), std::string::npos);
  expect_thrown([&] { diagnose({.run = runs / "run", .step = 7}); }, 2, {"there are 0, 5, 10"});
  expect_thrown([&] { diagnose({.run = runs / "run", .parameter = "xyz"}); }, 2, {"\"xyz\""});
  expect_thrown([&] { diagnose({.run = runs / "nothing"}); }, 66, {"metrics.jsonl"});
  expect_exit(runs.train("plain"), 0);
  expect_thrown([&] { diagnose({.run = runs / "plain"}); }, 2, {"diagnostics.every=100"});
}

}  // namespace
}  // namespace reprise
