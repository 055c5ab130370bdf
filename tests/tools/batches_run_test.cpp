// Training on ready-made batches, from a model folder: how the program is compared with others.
#include <cmath>

#include "core/safetensors.h"
#include "tests/tools/tiny_runs.h"

namespace reprise {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kBatches = 6, kSequences = 4, kLength = 8, kVocabulary = 20;

// Sequences of 8, 7, 6 and 5 tokens; in each, two tokens are to be predicted.
void write_batches(const std::string& path) {
  const Shape shape{kBatches, kSequences, kLength};
  const Tensor ids = Tensor::zeros(shape, DType::i32), labels = Tensor::zeros(shape, DType::i32),
               mask = Tensor::zeros(shape, DType::i32), types = Tensor::zeros(shape, DType::i32),
               sentences = Tensor::zeros({kBatches, kSequences}, DType::i32);
  for (int64_t i = 0; i < ids.numel(); ++i) {
    const int64_t position = i % kLength, sequence = i / kLength;
    const bool token = position < kLength - sequence % kSequences;
    mask.data<int32_t>()[i] = token;
    ids.data<int32_t>()[i] = token ? static_cast<int32_t>((i * 7 + sequence * 3) % kVocabulary) : 0;
    types.data<int32_t>()[i] = token && position >= 3;
    const bool predicted = position == 1 || position == 4;
    labels.data<int32_t>()[i] = predicted ? static_cast<int32_t>((i * 5 + 1) % kVocabulary) : -100;
    sentences.data<int32_t>()[sequence] = static_cast<int32_t>(sequence % 2);
  }
  write_safetensors(path, {{"input_ids", ids},
                           {"labels", labels},
                           {"attention_mask", mask},
                           {"token_type_ids", types},
                           {"sentence_labels", sentences}});
}

Json batches_recipe(const std::string& type) {
  Json recipe = tiny_recipe(type);
  recipe["model"]["vocab_size"] = kVocabulary;
  recipe["data"] = {{"type", "batches"}, {"path", "batches.safetensors"}};
  recipe["training"].erase("batch_size");
  recipe["training"]["steps"] = 3;
  return recipe;
}

class BatchesRun : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(, BatchesRun, testing::Values("albert", "bert"), type_name);

TEST_P(BatchesRun, StartsFromAModelFolderAndTracesItsFirstBatch) {
  const TinyRuns runs(GetParam());
  write_batches(runs / "batches.safetensors");
  runs.write_recipe(batches_recipe(GetParam()));
  expect_exit(runs.train("first"), 0);
  EXPECT_EQ(runs.metrics("first").size(), 4u);

  const std::string from = "model.init_from=" + runs / "first/final";
  expect_exit(runs.train("second", {"--set", from}), 0);
  const std::string trace = runs / "trace.safetensors";
  const Exited traced = Process("reprise", {"trace", "--config", runs.recipe(), "--set", from,
                                            "--output", trace}, runs.folder().path()).wait();
  expect_exit(traced, 0);
  const SafetensorsFile file = SafetensorsFile::open(trace);
  const Tensor hidden = file.load("hidden.2"), logits = file.load("prediction_logits");
  EXPECT_EQ(hidden.shape(), (Shape{kSequences, kLength, 32}));
  EXPECT_EQ(logits.shape(), (Shape{kSequences, kLength, kVocabulary}));
  EXPECT_EQ(file.load("pooled").shape(), (Shape{kSequences, 32}));
  EXPECT_EQ(file.load("sentence_logits").shape(), (Shape{kSequences, 2}));
  // Zeros at padding, and only there: sequence s has 8 - s tokens.
  for (int64_t s = 0; s < kSequences; ++s) {
    for (int64_t p = 0; p < kLength; ++p) {
      double size = 0;
      for (int64_t i = 0; i < 32; ++i) {
        size += std::abs(hidden.data()[(s * kLength + p) * 32 + i]);
      }
      EXPECT_EQ(size > 0, p < kLength - s) << s << " " << p;
    }
  }
}

TEST(BatchesRuns, RefuseToRunOut) {
  const TinyRuns runs;
  write_batches(runs / "batches.safetensors");
  Json recipe = batches_recipe("albert");
  recipe["training"]["steps"] = 4;
  runs.write_recipe(recipe);
  expect_exit(runs.train("run"), 65,
              {"6 batches are there", "4 steps of 2 micro-batches need 8"});
  EXPECT_FALSE(fs::exists(runs / "run/config.json"));
}

TEST(BatchesRuns, RefuseWhatTheModelHasNoRowFor) {
  const TinyRuns runs;
  write_batches(runs / "batches.safetensors");
  Json recipe = batches_recipe("albert");
  recipe["model"]["vocab_size"] = kVocabulary - 1;
  runs.write_recipe(recipe);
  expect_exit(runs.train("run"), 65, {"batches.safetensors", "is not in [0, 19)"});
}

}  // namespace
}  // namespace reprise
