// The same numbers as PyTorch: tiny models of Hugging Face Transformers, their gradients, and what
// training them gives. The cases are made by another program and are not part of the sources;
// REPRISE_SHARED names the folder whose subfolder goldens has them. Each case is a folder:
//   config.json, model.safetensors  the model at the start    batches.safetensors  its data
//   outputs, gradients .safetensors of the first batch        final.safetensors    the model at the end
//   train.json  optimizer, schedule, …                        trajectory.json      losses, norms
//   noise.json  how far PyTorch's own float32 is from its float64, which all these are from
#include <cmath>

#include "core/safetensors.h"
#include "tests/goldens.h"
#include "tests/tools/tiny_runs.h"

namespace reprise {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> cases() {
  std::vector<fs::path> found;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(goldens(), none)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("bert-") || name.starts_with("albert-")) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

// train.json has PyTorch's words for what our recipes say.
Json recipe_of(const fs::path& folder) {
  const Json train = read_json(folder / "train.json").value();
  const Json& theirs = train["optimizer"];
  Json optimizer = {{"type", theirs["type"]},
                    {"learning_rate", theirs["lr"]},
                    {"weight_decay", theirs["weight_decay"]},
                    {"no_decay", theirs["no_decay"]}};
  if (theirs.contains("eps")) optimizer["epsilon"] = theirs["eps"];
  for (const char* same : {"betas", "bias_correction", "momentum"}) {
    if (theirs.contains(same)) optimizer[same] = theirs[same];
  }
  return {{"model", {{"init_from", folder.string()}}},
          {"data", {{"type", "batches"}, {"path", (folder / "batches.safetensors").string()}}},
          {"optimizer", optimizer},
          {"schedule", train["schedule"]},
          {"training",
           {{"steps", train["optimizer_steps"]},
            {"accumulate", train["accumulate"]},
            {"clip_norm", train["clip_norm"]}}}};
}

// Key biases have no gradient in exact arithmetic: rounding alone moves them.
bool is_noise(const std::string& name) { return name.find("key.bias") != std::string::npos; }

double largest_difference(const Tensor& a, const Tensor& b) {
  double largest = 0;
  for (int64_t i = 0; i < a.numel(); ++i) {
    largest = std::max(largest, std::abs(double{a.data()[i]} - b.data()[i]));
  }
  return largest;
}

void expect_same_steps(const std::vector<Json>& ours, const fs::path& folder) {
  const Json theirs = read_json(folder / "trajectory.json").value()["steps"];
  const double noise = read_json(folder / "noise.json").value()["loss"];
  ASSERT_EQ(ours.size(), theirs.size() + 1);  // and an evaluation
  for (size_t i = 0; i < theirs.size(); ++i) {
    EXPECT_NEAR(ours[i]["loss"], theirs[i]["loss"], std::max(2e-6, 4 * noise)) << "step " << i;
    const double norm = theirs[i]["gradient_norm"];
    EXPECT_NEAR(ours[i]["gradient_norm"], norm, 2e-5 * norm) << "step " << i;
    EXPECT_NEAR(ours[i]["learning_rate"], theirs[i]["learning_rate"], 1e-12) << "step " << i;
  }
}

void expect_same_weights(const std::string& ours, const fs::path& theirs) {
  const SafetensorsFile a = SafetensorsFile::open(ours), b = SafetensorsFile::open(theirs.string());
  int compared = 0;
  for (const std::string& name : b.names()) {
    if (is_noise(name) || !a.contains(name)) continue;  // not in ours: another name of a shared one
    ASSERT_EQ(a.load(name).shape(), b.load(name).shape()) << name;
    EXPECT_LE(largest_difference(a.load(name), b.load(name)), 5e-6) << name;
    ++compared;
  }
  EXPECT_GT(compared, 20);
}

void expect_same_gradients(const SafetensorsFile& ours, const fs::path& path) {
  const SafetensorsFile theirs = SafetensorsFile::open(path.string());
  int compared = 0;
  for (const std::string& name : theirs.names()) {
    if (is_noise(name) || !ours.contains("grad." + name)) continue;
    const Tensor a = ours.load("grad." + name), b = theirs.load(name);
    ASSERT_EQ(a.shape(), b.shape()) << name;
    double difference = 0, norm = 0;
    for (int64_t i = 0; i < a.numel(); ++i) {
      difference += std::pow(double{a.data()[i]} - b.data()[i], 2);
      norm += std::pow(double{b.data()[i]}, 2);
    }
    EXPECT_LE(std::sqrt(difference), 1e-5 * std::sqrt(norm)) << name;
    ++compared;
  }
  EXPECT_GT(compared, 20);
}

// Outputs [B, S, …] are compared where there are tokens; pooled and sentence_logits everywhere.
void expect_same_outputs(const SafetensorsFile& ours, const fs::path& folder) {
  const auto theirs = SafetensorsFile::open((folder / "outputs.safetensors").string());
  const auto batches = SafetensorsFile::open((folder / "batches.safetensors").string());
  const Tensor mask = batches.load_rows("attention_mask", 0, 1, DType::i32);
  const int64_t rows = mask.numel();
  for (const std::string& name : theirs.names()) {
    ASSERT_TRUE(ours.contains(name)) << name;
    const Tensor a = ours.load(name), b = theirs.load(name);
    ASSERT_EQ(a.shape(), b.shape()) << name;
    const bool per_token = a.shape().rank() == 3;
    const int64_t width = per_token ? a.numel() / rows : a.numel();
    for (int64_t i = 0; i < a.numel(); ++i) {
      if (per_token && mask.data<int32_t>()[i / width] == 0) continue;
      ASSERT_NEAR(a.data()[i], b.data()[i], 1e-5) << name << ", number " << i;
    }
  }
}

TEST(Goldens, TrainingGivesPyTorchsNumbers) {
  if (cases().empty()) GTEST_SKIP() << "no cases in " << goldens();
  for (const fs::path& folder : cases()) {
    const std::string name = folder.filename().string();
    SCOPED_TRACE(name);
    const TinyRuns runs;
    runs.write_recipe(recipe_of(folder));
    expect_exit(runs.train("run"), 0);
    expect_same_steps(runs.metrics("run"), folder);
    expect_same_weights(runs / "run/final/model.safetensors", folder / "final.safetensors");
  }
}

TEST(Goldens, TheFirstBatchGivesPyTorchsNumbers) {
  if (cases().empty()) GTEST_SKIP() << "no cases in " << goldens();
  for (const fs::path& folder : cases()) {
    SCOPED_TRACE(folder.filename().string());
    const TinyRuns runs;
    runs.write_recipe(recipe_of(folder));
    const std::string trace = runs / "trace.safetensors";
    expect_exit(Process("reprise", {"trace", "--config", runs.recipe(), "--output", trace},
                        runs.folder().path()).wait(), 0);
    const SafetensorsFile ours = SafetensorsFile::open(trace);
    expect_same_gradients(ours, folder / "gradients.safetensors");
    expect_same_outputs(ours, folder);
  }
}

}  // namespace
}  // namespace reprise
