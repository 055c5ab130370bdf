#include "data/registry.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/core/expect_error.h"

namespace reprise {
namespace {

DataConfig bound(const std::string& json, const std::vector<std::string>& overrides = {}) {
  return bind<DataConfig>(parse_config(json, "/configs/a.json", overrides));
}

TEST(Registry, ReadsTextConfigs) {
  const DataConfig config = bound(R"({"train": "a.txt", "masking": "ngram", "vocabulary": "v.model",
                                      "sentence_task": "nsp", "behaviour": "released"})");
  EXPECT_EQ(config.type, "text");
  EXPECT_EQ(config.text.train.paths(), std::vector<std::string>{"/configs/a.txt"});
  EXPECT_FALSE(config.text.valid.has_value());
  EXPECT_EQ(masking_settings(config.text).strategy, MaskingStrategy::ngram);
  EXPECT_EQ(masking_settings(config.text).behaviour, Behaviour::released);
  EXPECT_EQ(masking_settings(config.text).max_predictions, 0);
  EXPECT_EQ(pair_settings(config.text).task, SentenceTask::nsp);
  EXPECT_EQ(config.text.vocabulary.path, "/configs/v.model");
}

TEST(Registry, ReadsSeveralFilesAndOverrides) {
  const DataConfig config =
      bound(R"({"train": {"files": ["a.txt", "b/*.txt"]}, "valid": null})", {"valid=/v.txt"});
  EXPECT_EQ(config.text.train.paths(),
            (std::vector<std::string>{"/configs/a.txt", "/configs/b/*.txt"}));
  ASSERT_TRUE(config.text.valid.has_value());
  EXPECT_EQ(config.text.valid->paths(), std::vector<std::string>{"/v.txt"});
}

TEST(Registry, ReadsBatchesConfigs) {
  const DataConfig config = bound(R"({"type": "batches", "path": "b.safetensors"})");
  EXPECT_EQ(config.batches.path, "/configs/b.safetensors");
}

TEST(Registry, ResolvedConfigsReadTheSameAgain) {
  for (const char* json : {R"({"train": "a.txt", "valid": "b.txt", "masking": "whole_word"})",
                           R"({"type": "batches", "path": "b.safetensors"})"}) {
    const Json once = dump(bound(json));
    EXPECT_EQ(dump(bound(once.dump())), once);
  }
}

TEST(Registry, RefusesWhatCantBe) {
  const auto expect_refused = [](const std::string& json, const std::string& part) {
    test::expect_error([&] { bound(json); }, ExitCode::config, part);
  };
  expect_refused("{}", "train");
  expect_refused(R"({"type": "txt", "train": "a"})", "text");
  expect_refused(R"({"train": {}})", "no text file is given");
  expect_refused(R"({"train": "a", "masking": {"mask_share": 0.8, "random_share": 0.3}})",
                 "together are more than 1");
  expect_refused(R"({"train": "a", "masking": {"probability": 0}})", "probability");
  expect_refused(R"({"train": "a", "path": "b"})", "path");
}

TEST(Registry, MakesWhatTheConfigNames) {
  EXPECT_EQ(dataset_types(), (std::vector<std::string>{"text", "sentence_pairs", "classification", "words",
                                                       "images", "batches"}));
  test::expect_error(
      [] {
        make_dataset(bound(R"({"train": "/none/a.txt"})"),
                     {.vocabulary_size = 10, .max_positions = 512, .sequences = 1});
      },
      ExitCode::no_input, "/none/a.txt");
  test::expect_error([] { make_dataset(bound(R"({"type": "batches", "path": "/none/b"})"), {}); },
                     ExitCode::no_input, "/none/b");
}

}  // namespace
}  // namespace reprise
