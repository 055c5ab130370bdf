// The same numbers as PyTorch: convolutional networks, and recurrent language models, tied and untied,
// trained with the state carried from batch to batch. The cases are made by another program and are not
// part of the sources; REPRISE_SHARED names the folder whose subfolder goldens has them. Each is a folder:
//   model.safetensors      the model at the start    final.safetensors  at the end
//   batches.safetensors    its data                  trajectory.json    losses, norms
//   gradients.safetensors  of the first batch, clipped where the case clips
#include <cmath>

#include "core/safetensors.h"
#include "tests/goldens.h"
#include "tests/tools/tiny_runs.h"

namespace reprise {
namespace {

namespace fs = std::filesystem;

struct Case {
  const char* name;
  const char* model;  // a recipe's section; of lenet5 what the recipe itself says
  const char* training;
  double rate, momentum;
};

constexpr Case kCases[] = {
    {"lenet5-sgd", nullptr, R"({"steps": 10, "clip_norm": 0})", 0.05, 0.9},
    {"strided-conv-sgd", R"({"type": "sequential", "input": [3, 16, 16], "layers": [
        {"type": "conv2d", "name": "conv1", "channels": 8, "kernel": 3, "stride": 2, "padding": 1},
        {"type": "relu"},
        {"type": "conv2d", "name": "conv2", "channels": 12, "kernel": 3, "padding": 1, "bias": "none"},
        {"type": "relu"}, {"type": "max_pool2d", "kernel": 2}, {"type": "flatten"},
        {"type": "linear", "name": "fc", "features": 5}]})",
     R"({"steps": 10, "clip_norm": 0})", 0.05, 0.9},
    {"lstm-tied", R"({"type": "lstm_lm", "vocab_size": 97, "hidden_size": 24, "num_layers": 2})",
     R"({"steps": 12, "clip_norm": 0.25})", 2, 0},
    {"lstm-untied", R"({"type": "lstm_lm", "vocab_size": 97, "hidden_size": 24, "num_layers": 1,
                        "tie_word_embeddings": false})",
     R"({"steps": 12, "clip_norm": 0.25})", 2, 0},
};

Json json_of(const char* text) { return parse_json(text, "a case").value(); }

Json recipe_of(const Case& golden, const fs::path& folder) {
  Json recipe = {{"data", {{"type", "batches"}, {"path", (folder / "batches.safetensors").string()}}},
                 {"optimizer",
                  {{"type", "sgd"}, {"learning_rate", golden.rate}, {"momentum", golden.momentum}}},
                 {"schedule", {{"type", "constant"}}},
                 {"training", json_of(golden.training)}};
  if (golden.model) {
    recipe["model"] = json_of(golden.model);
  } else {
    recipe["base"] = std::string(REPRISE_SOURCE_DIR) + "/configs/lenet5.json";
    for (const char* key : {"train", "valid", "source", "label_column"}) recipe["data"][key] = nullptr;
    for (const char* key : {"epochs", "batch_size"}) recipe["training"][key] = nullptr;
  }
  recipe["model"]["init_from"] = folder.string();
  return recipe;
}

double norm_of(const Tensor& a, const Tensor* minus = nullptr, double factor = 1) {
  double sum = 0;
  for (int64_t i = 0; i < a.numel(); ++i) {
    const double x = factor * a.item(i) - (minus ? minus->item(i) : 0);
    sum += x * x;
  }
  return std::sqrt(sum);
}

class SharedWeightGoldens : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    folder_ = goldens() / GetParam().name;
    if (!fs::exists(folder_)) GTEST_SKIP() << "no " << folder_;
    runs_.write_recipe(recipe_of(GetParam(), folder_));
  }

  fs::path folder_;
  TinyRuns runs_;
};

TEST_P(SharedWeightGoldens, TrainingGivesPyTorchsNumbers) {
  expect_exit(runs_.train("run"), 0);
  const Json theirs = read_json((folder_ / "trajectory.json").string()).value();
  const std::vector<Json> ours = runs_.metrics("run");
  ASSERT_EQ(ours.size(), theirs.size() + 1);  // and an evaluation
  for (size_t i = 0; i < theirs.size(); ++i) {
    EXPECT_NEAR(ours[i]["loss"], theirs[i]["loss"], 1e-5) << "step " << i;
    if (!theirs[i].contains("gradient_norm")) continue;
    const double norm = theirs[i]["gradient_norm"];
    EXPECT_NEAR(ours[i]["gradient_norm"], norm, 1e-5 * norm) << "step " << i;
  }
  const auto a = SafetensorsFile::open(runs_ / "run/final/model.safetensors");
  const auto b = SafetensorsFile::open((folder_ / "final.safetensors").string());
  ASSERT_EQ(a.names(), b.names());
  for (const std::string& name : b.names()) {
    const Tensor x = a.load(name), wanted = b.load(name);
    ASSERT_EQ(x.shape(), wanted.shape()) << name;
    for (int64_t i = 0; i < x.numel(); ++i) ASSERT_NEAR(x.item(i), wanted.item(i), 1e-5) << name << i;
  }
}

TEST_P(SharedWeightGoldens, TheFirstBatchGivesPyTorchsGradients) {
  const std::string trace = runs_ / "trace.safetensors";
  expect_exit(Process("reprise", {"trace", "--config", runs_.recipe(), "--output", trace},
                      runs_.folder().path()).wait(), 0);
  const auto ours = SafetensorsFile::open(trace);
  const auto theirs = SafetensorsFile::open((folder_ / "gradients.safetensors").string());
  ASSERT_EQ(ours.names().size(), theirs.names().size());
  double squares = 0;
  for (const std::string& name : ours.names()) squares += std::pow(norm_of(ours.load(name)), 2);
  const double limit = json_of(GetParam().training)["clip_norm"];
  const double factor = limit > 0 ? std::min(1.0, limit / std::sqrt(squares)) : 1;
  for (const std::string& name : theirs.names()) {
    const Tensor wanted = theirs.load(name), gradient = ours.load("grad." + name);
    ASSERT_EQ(gradient.shape(), wanted.shape()) << name;
    EXPECT_LE(norm_of(gradient, &wanted, factor), 1e-5 * norm_of(wanted)) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, SharedWeightGoldens, testing::ValuesIn(kCases), [](const auto& test) {
  std::string name = test.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace reprise
