// Training models of images, through the program.
#include <fmt/format.h>

#include "core/safetensors.h"
#include "tests/tools/tiny_runs.h"

namespace reprise {
namespace {

// CSV images of `size` x `size` whose class is which of the fields of a 4 x 4 board is bright, with some
// dirt: every image of a class otherwise.
std::string boards(int images, int size, int classes, uint64_t seed) {
  const auto random = [&](uint64_t below) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return static_cast<int>((seed >> 33) % below);
  };
  std::string csv;
  for (int i = 0; i < images; ++i) {
    const int label = i % classes;
    csv += std::to_string(label);
    for (int p = 0; p < size * size; ++p) {
      const bool bright = p / size * 4 / size * 4 + p % size * 4 / size == label * 16 / classes;
      csv += "," + std::to_string(bright ? 200 + random(56) : random(60));
    }
    csv += "\n";
  }
  return csv;
}

Json image_recipe() {
  return parse_json(R"({
    "model": {"type": "sequential", "input": [1, 8, 8], "layers": [
      {"type": "conv2d", "channels": 4, "kernel": 3}, {"type": "relu"},
      {"type": "max_pool2d", "kernel": 2}, {"type": "flatten"}, {"type": "dropout", "p": 0.2},
      {"type": "linear", "name": "output", "features": 4}]},
    "data": {"type": "images", "train": "train.csv", "valid": "valid.csv", "shift": 1},
    "optimizer": {"type": "adamw", "learning_rate": 0.03},
    "training": {"epochs": 10, "batch_size": 8, "checkpoint_every": 5}})", "the recipe").value();
}

class ImageRun : public testing::Test {
 protected:
  ImageRun() {
    runs_.folder().write("train.csv", boards(44, 8, 4, 1));
    runs_.folder().write("valid.csv", boards(20, 8, 4, 2));
    runs_.write_recipe(image_recipe());
  }
  // What a run says of a recipe that is refused.
  void expect_refused(const Json& recipe, int code, const std::vector<std::string>& parts) const {
    runs_.write_recipe(recipe);
    expect_exit(runs_.train("refused"), code, parts);
  }

  TinyRuns runs_;
};

TEST_F(ImageRun, TrainsForEpochsAndTellsOverfitting) {
  expect_exit(runs_.train("run"), 0, {"images: 44 of 1 x 8 x 8", "images/s", "% right"});
  const std::vector<Json> lines = runs_.metrics("run");
  ASSERT_EQ(lines.size(), 10u * 6 + 10);  // six steps an epoch, and an evaluation
  EXPECT_NEAR(lines.front()["class_loss"].get<double>(), std::log(4), 0.5);
  EXPECT_EQ(lines.front()["loss"], lines.front()["class_loss"]);
  const Json eval = lines.back()["eval"];
  EXPECT_GT(eval["accuracy"].get<double>(), 0.9);
  EXPECT_GT(eval["train_accuracy"].get<double>(), 0.9);
  EXPECT_LT(eval["loss"].get<double>(), 0.7);
  EXPECT_NE(eval["loss"], eval["train_loss"]);
  const Json config = parse_json(runs_.file("run", "final/config.json"), "config.json").value();
  EXPECT_EQ(config["architectures"][0], "RepriseSequential");
  EXPECT_EQ(config["layers"][0]["channels"], 4);
  const auto weights = SafetensorsFile::open(runs_ / "run/final/model.safetensors");
  EXPECT_EQ(weights.names(), (std::vector<std::string>{"0.bias", "0.weight", "output.bias",
                                                       "output.weight"}));
}

TEST_F(ImageRun, HasTheSameBitsOnAnyThreadsAndAfterStops) {
  expect_exit(runs_.train("one"), 0);
  expect_exit(runs_.train("three", {"--threads", "3"}), 0);
  runs_.expect_same_result("one", "three");
  runs_.stop("stopped", 7, SIGKILL);
  runs_.stop("stopped", 23, SIGTERM);
  expect_exit(runs_.train("stopped"), 0);
  runs_.expect_same_result("one", "stopped");
}

// Dropout goes by an image's place in the step, and every image weighs the same.
TEST_F(ImageRun, DoesNotDependOnHowAStepIsCut) {
  Json recipe = image_recipe();
  recipe["training"] = {{"steps", 1}, {"batch_size", 8}};
  runs_.write_recipe(recipe);
  expect_exit(runs_.train("whole"), 0);
  recipe["training"]["batch_size"] = 4;
  recipe["training"]["accumulate"] = 2;
  runs_.write_recipe(recipe);
  expect_exit(runs_.train("cut"), 0);
  for (const char* number : {"loss", "gradient_norm"}) {
    EXPECT_NEAR(runs_.metrics("whole")[0][number].get<double>(),
                runs_.metrics("cut")[0][number].get<double>(), 1e-5) << number;
  }
}

TEST_F(ImageRun, GoesOnFromWeights) {
  expect_exit(runs_.train("first"), 0);
  Json recipe = image_recipe();
  recipe["model"]["init_from"] = runs_ / "first/final";
  recipe["training"] = {{"steps", 1}, {"batch_size", 8}};
  runs_.write_recipe(recipe);
  expect_exit(runs_.train("second"), 0);
  EXPECT_LT(runs_.metrics("second")[0]["loss"].get<double>(), 1);
  recipe["model"]["layers"][0]["channels"] = 5;
  expect_refused(recipe, 65, {"0.weight", "[4, 1, 3, 3]", "[5, 1, 3, 3]"});
}

TEST_F(ImageRun, SaysWhatDoesNotFit) {
  Json recipe = image_recipe();
  recipe["model"]["layers"][0]["kernel"] = 9;
  expect_refused(recipe, 78, {"layers.0", "a kernel of 9 x 9 is larger than an image of 8 x 8"});
  recipe = image_recipe();
  recipe["model"]["layers"].erase(3);
  expect_refused(recipe, 78, {"layers.4", "linear: its input is [features], this one is [4, 3, 3]"});
  recipe = image_recipe();
  recipe["model"]["layers"].erase(5);
  recipe["model"]["layers"].erase(3);
  expect_refused(recipe, 78, {"gives [classes]", "gives [4, 3, 3]"});
  recipe = image_recipe();
  recipe["model"]["loss"] = "radial_basis";
  expect_refused(recipe, 78, {"model.loss", "radial_basis belongs to rbf_output"});
  recipe = image_recipe();
  recipe["model"]["layers"][5]["features"] = 3;
  expect_refused(recipe, 78, {"train.csv", "label 3", "3 outputs"});
  recipe = image_recipe();
  recipe["model"]["input"] = {1, 9, 9};
  expect_refused(recipe, 78, {"images are [1, 8, 8]", "[1, 9, 9]"});
  recipe = image_recipe();
  recipe["data"]["train"] = "none.csv";
  recipe["data"]["source"] = "look in the attic";
  expect_refused(recipe, 66, {"none.csv", "To get the images: look in the attic"});
}

// Two runs on the same held-out images, and one of them with itself.
TEST_F(ImageRun, IsComparedWithAnother) {
  expect_exit(runs_.train("shared"), 0);
  expect_exit(runs_.train("own", {"--set", "model.locally_connected=true"}), 0);
  const auto compare = [&](const std::vector<std::string>& runs) {
    std::vector<std::string> arguments = {"compare", "--json"};
    for (const std::string& run : runs) arguments.push_back(runs_ / run);
    return Process("reprise", arguments, runs_.folder().path()).wait();
  };
  const Exited both = compare({"shared", "own", "shared"});
  expect_exit(both, 0);
  const Json runs = parse_json(both.out, "the comparison").value()["runs"];
  EXPECT_EQ(runs[0]["parameters"], 4 * 10 + 4 * 37);
  EXPECT_EQ(runs[1]["parameters"], 36 * 4 * 10 + 4 * 37);
  EXPECT_EQ(runs[0]["accuracy"], runs_.metrics("shared").back()["eval"]["accuracy"]);
  EXPECT_EQ(runs[1]["train_accuracy"], runs_.metrics("own").back()["eval"]["train_accuracy"]);
  const double gained = runs[0]["accuracy"].get<double>() - runs[1]["accuracy"].get<double>();
  EXPECT_NEAR(gained * 20, runs[1]["only_first_right"].get<double>() - runs[1]["only_this_right"].get<double>(),
              1e-9);
  EXPECT_EQ(runs[2]["only_first_right"], 0);
  EXPECT_EQ(runs[2]["mcnemar_p"], 1);

  expect_exit(compare({"shared", "none"}), 66, {"none", "finished run"});
  runs_.folder().write("other.csv", boards(16, 8, 4, 3));
  expect_exit(runs_.train("other", {"--set", "data.valid=" + (runs_ / "other.csv")}), 0);
  expect_exit(compare({"shared", "other"}), 78, {"other held-out data"});
}

// The recipes of the project, each on pictures that it hasn't seen, from its own loss.
struct ImageRecipe {
  const char* name;
  int batch, epochs;  // for a handful of images
  double rate;
};
class ImageRecipes : public testing::TestWithParam<ImageRecipe> {};

TEST_P(ImageRecipes, Learn) {
  const auto [name, batch, epochs, rate] = GetParam();
  const TinyRuns runs;
  runs.folder().write("train.csv", boards(60, 28, 10, 1));
  runs.folder().write("valid.csv", boards(30, 28, 10, 2));
  runs.write_recipe({{"base", std::string(REPRISE_SOURCE_DIR) + "/configs/" + name + ".json"}});
  expect_exit(runs.train("run", {"--set", "data.train=" + (runs / "train.csv"),
                                 "--set", "data.valid=" + (runs / "valid.csv"),
                                 "--set", "data.label_column=first",
                                 "--set", fmt::format("training.epochs={}", epochs),
                                 "--set", fmt::format("training.batch_size={}", batch),
                                 "--set", fmt::format("optimizer.learning_rate={}", rate)}), 0);
  const std::vector<Json> lines = runs.metrics("run");
  EXPECT_LT(lines.back()["eval"]["train_loss"].get<double>(), lines.front()["loss"].get<double>());
  EXPECT_GT(lines.back()["eval"]["accuracy"].get<double>(), 0.5) << lines.back();
}

INSTANTIATE_TEST_SUITE_P(All, ImageRecipes,
                         testing::Values(ImageRecipe{"lecun_1989", 1, 20, 0.1},
                                         ImageRecipe{"lenet5_1998", 10, 20, 0.001},
                                         ImageRecipe{"lenet5", 2, 4, 0.01},
                                         ImageRecipe{"lenet5_modern", 2, 4, 0.002}),
                         [](const auto& recipe) { return std::string(recipe.param.name); });

}  // namespace
}  // namespace reprise
