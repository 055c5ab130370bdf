#include "data/batches.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <optional>

#include "core/error.h"
#include "tests/core/expect_error.h"
#include "tests/core/temporary_directory.h"

namespace reprise {
namespace {

std::vector<int32_t> list(const Tensor& tensor) {
  const auto values = tensor.values<int32_t>();
  return {values.begin(), values.end()};
}
using List = std::vector<int32_t>;

// Two steps of two sequences of length 4, in a file that a test may damage first.
class BatchesTest : public testing::Test {
 protected:
  using Tensors = std::map<std::string, std::pair<Shape, List>>;

  static Tensors sound() {
    return {{"input_ids", {{2, 2, 4}, {2, 4, 3, 0, 2, 7, 4, 3, 2, 9, 3, 0, 2, 4, 5, 3}}},
            {"attention_mask", {{2, 2, 4}, {1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1}}},
            {"token_type_ids", {{2, 2, 4}, {0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 1, 1}}},
            {"labels",
             {{2, 2, 4},
              {-100, 6, -100, -100, -100, -100, 8, -100,  //
               -100, 9, -100, -100, -100, 6, -100, -100}}},
            {"sentence_labels", {{2, 2}, {1, 0, 1, 1}}}};
  }

  std::string write(const std::string& name, const Tensors& tensors) const {
    std::vector<NamedTensor> named;
    for (const auto& [key, value] : tensors) {
      named.push_back({key, Tensor::of<int32_t>(value.first, value.second)});
    }
    write_safetensors(folder_ / name, named);
    return folder_ / name;
  }
  BatchesDataset dataset(const Tensors& tensors) const {
    return BatchesDataset({.path = write("b.safetensors", tensors), .valid = {}}, settings_);
  }
  // The sentence for a file in which one number is changed.
  void expect_refused(const std::string& tensor, size_t index, int32_t value,
                      const std::string& part) const {
    Tensors tensors = sound();
    tensors[tensor].second[index] = value;
    test::expect_error([&] { dataset(tensors); }, ExitCode::data, part);
  }

  test::TemporaryDirectory folder_;
  DatasetSettings settings_{.vocabulary_size = 10, .max_positions = 4, .sequences = 2};
};

TEST_F(BatchesTest, GivesRowsWithoutTheirPadding) {
  const BatchesDataset data = dataset(sound());
  const TokenBatch batch = data.batch(0, 6);
  EXPECT_EQ(list(batch.ids), (List{2, 4, 3, 2, 7, 4, 3}));
  EXPECT_EQ(list(batch.segments), (List{0, 0, 1, 0, 0, 1, 1}));
  EXPECT_EQ(list(batch.offsets), (List{0, 3, 7}));
  EXPECT_EQ(list(batch.masked_rows), (List{1, 5}));
  EXPECT_EQ(list(batch.masked_labels), (List{6, 8}));
  EXPECT_EQ(list(batch.sentence_labels), (List{1, 0}));
  EXPECT_EQ(list(batch.sequence_number), (List{6, 7}));
  EXPECT_EQ(batch.padded_length, 4);
  EXPECT_EQ(list(data.batch(1, 0).ids), (List{2, 9, 3, 2, 4, 5, 3}));
}

TEST_F(BatchesTest, SaysHowManyThereAre) {
  const BatchesDataset data = dataset(sound());
  EXPECT_EQ(data.length(), 2);
  EXPECT_EQ(data.sequences_per_batch(), 2);
  test::expect_error([&] { data.batch(2, 0); }, ExitCode::data, "has 2 batches; batch 3");
  EXPECT_THROW(data.batch(-1, 0), DataError);
}

TEST_F(BatchesTest, EvaluatesOnItsOwnBatchesAndSaysSo) {
  const BatchesDataset data = dataset(sound());
  EXPECT_TRUE(data.evaluates_on_training_data());
  EXPECT_EQ(data.warnings().size(), 1u);
  EXPECT_EQ(data.evaluation_batches(), 2);
  EXPECT_EQ(list(data.evaluation_batch(1).ids), list(data.batch(1, 0).ids));
  EXPECT_EQ(data.baseline().majority_share, 0.75);
  // Unmasked: 2 6 3 · 2 7 8 3 · 2 9 3 · 2 6 5 3; 14 tokens and one more for each of 10 ids.
  EXPECT_NEAR(data.baseline().unigram_loss, -(2 * std::log(3 / 24.0) + 2 * std::log(2 / 24.0)) / 4,
              1e-12);
}

TEST_F(BatchesTest, EvaluatesOnAFileOfItsOwn) {
  Tensors valid = sound();
  valid["input_ids"].second[1] = 5;
  const BatchesDataset data(
      {.path = write("b.safetensors", sound()), .valid = write("v.safetensors", valid)}, settings_);
  EXPECT_FALSE(data.evaluates_on_training_data());
  EXPECT_TRUE(data.warnings().empty());
  EXPECT_EQ(list(data.evaluation_batch(0).ids)[1], 5);
  EXPECT_EQ(list(data.batch(0, 0).ids)[1], 4);
}

TEST_F(BatchesTest, DoesWithoutTheOptionalTensors) {
  Tensors tensors = sound();
  tensors.erase("token_type_ids");
  tensors.erase("attention_mask");
  tensors.erase("sentence_labels");
  const BatchesDataset data = dataset(tensors);
  const TokenBatch batch = data.batch(0, 0);
  EXPECT_EQ(batch.tokens(), 8);
  EXPECT_EQ(list(batch.segments), List(8, 0));
  EXPECT_FALSE(batch.sentence_labels.defined());
  EXPECT_FALSE(data.has_sentence_labels());
}

TEST_F(BatchesTest, NamesTensorStepSequenceAndPosition) {
  expect_refused("input_ids", 9, 10,
                 "input_ids, step 1, sequence 0, position 1: 10 is not in [0, 10)");
  expect_refused("input_ids", 6, -1, "input_ids, step 0, sequence 1, position 2: -1");
  expect_refused("labels", 6, 10, "labels, step 0, sequence 1, position 2: 10 is not in [0, 10)");
  expect_refused("labels", 6, -1, "labels, step 0, sequence 1, position 2: -1");
  expect_refused("labels", 3, 5, "labels, step 0, sequence 0, position 3: 5 is a label at padding");
  expect_refused("token_type_ids", 4, 2, "token_type_ids, step 0, sequence 1, position 0: 2");
  expect_refused("token_type_ids", 4, -1, "token_type_ids, step 0, sequence 1, position 0: -1");
  expect_refused("attention_mask", 1, 0,
                 "sequence 0, position 2: 1; a mask is ones and then zeros");
  expect_refused("attention_mask", 5, 2, "sequence 1, position 1: 2; a mask");
  expect_refused("sentence_labels", 3, 2, "sentence_labels, step 1, sequence 1: 2 is not 0 or 1");
}

TEST_F(BatchesTest, RefusesSequencesWithoutTokens) {
  Tensors tensors = sound();
  for (size_t p = 0; p < 4; ++p) tensors["attention_mask"].second[p] = 0;
  test::expect_error([&] { dataset(tensors); }, ExitCode::data,
                     "sequence 0: a sequence without tokens");
}

TEST_F(BatchesTest, IdsAtPaddingDontMatter) {
  Tensors tensors = sound();
  tensors["input_ids"].second[3] = 777;
  EXPECT_EQ(list(dataset(tensors).batch(0, 0).ids), list(dataset(sound()).batch(0, 0).ids));
}

TEST_F(BatchesTest, RefusesOtherShapes) {
  Tensors tensors = sound();
  tensors["labels"].first = {2, 4, 2};
  test::expect_error([&] { dataset(tensors); }, ExitCode::data, "labels has shape [2, 4, 2]");
  tensors = sound();
  tensors["input_ids"].first = {4, 4};
  test::expect_error([&] { dataset(tensors); }, ExitCode::data, "expected [steps, batch, length]");
  tensors = sound();
  tensors.erase("labels");
  test::expect_error([&] { dataset(tensors); }, ExitCode::data, "labels");
  tensors = sound();
  tensors["sentence_labels"].first = {4};
  test::expect_error([&] { dataset(tensors); }, ExitCode::data, "sentence_labels has shape [4]");
  tensors = {{"input_ids", {{0, 2, 4}, {}}}, {"labels", {{0, 2, 4}, {}}}};
  test::expect_error([&] { dataset(tensors); }, ExitCode::data, "empty");
}

TEST_F(BatchesTest, RefusesSettingsThatDontFit) {
  settings_.sequences = 3;
  test::expect_error([&] { dataset(sound()); }, ExitCode::config, "have 2 sequences");
  settings_.sequences = 2;
  settings_.max_positions = 3;
  test::expect_error([&] { dataset(sound()); }, ExitCode::data, "has 4 tokens; the model takes 3");
}

}  // namespace
}  // namespace reprise
