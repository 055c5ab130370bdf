#include <gtest/gtest.h>

#include "core/files.h"
#include "core/json.h"
#include "tests/core/temporary_directory.h"
#include "tests/data/fixtures.h"

namespace reprise {
namespace {

// What write_files() says in tokenizer.json.
Json tokenizer_json(const Vocabulary& vocabulary) {
  const test::TemporaryDirectory folder;
  vocabulary.write_files(128, folder.path());
  return read_json(folder / "tokenizer.json").value();
}

TEST(SentencePieceFiles, DescribesTheModel) {
  const SentencePieceVocabulary vocabulary = test::sample_vocabulary();
  const Json json = tokenizer_json(vocabulary);
  EXPECT_EQ(json["model"]["type"], "Unigram");
  EXPECT_EQ(json["model"]["unk_id"], 1);
  const Json& pieces = json["model"]["vocab"];
  ASSERT_EQ(static_cast<int64_t>(pieces.size()), vocabulary.size());
  for (size_t id = 0; id < pieces.size(); ++id) {
    EXPECT_EQ(pieces[id][0], vocabulary.model().pieces[id].text);
    EXPECT_EQ(pieces[id][1], static_cast<double>(vocabulary.model().pieces[id].score));
  }
  ASSERT_EQ(json["added_tokens"].size(), 5u);
  EXPECT_EQ(json["added_tokens"][4]["content"], "[MASK]");
  EXPECT_EQ(json["added_tokens"][4]["id"], 4);
  EXPECT_EQ(json["post_processor"]["pair"].size(), 5u);
  EXPECT_EQ(json["post_processor"]["pair"][4]["SpecialToken"]["type_id"], 1);
  EXPECT_EQ(json["pre_tokenizer"]["type"], "Metaspace");
}

TEST(SentencePieceFiles, HasTheRulesInBase64) {
  const SentencePieceVocabulary vocabulary = test::sample_vocabulary();
  const Json json = tokenizer_json(vocabulary);
  const Json& steps = json["normalizer"]["normalizers"];
  ASSERT_GE(steps.size(), 4u);
  EXPECT_EQ(steps[0]["type"], "NFC");
  EXPECT_EQ(steps[1]["type"], "Precompiled");
  const std::string text = steps[1]["precompiled_charsmap"];
  const std::string& rules = vocabulary.model().charsmap;
  ASSERT_EQ(text.size(), (rules.size() + 2) / 3 * 4);
  // Decoded again, by the definition of the format.
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < rules.size(); ++i) {
    const size_t digit = i / 3 * 4 + i % 3;
    const size_t high = kDigits.find(text[digit]), low = kDigits.find(text[digit + 1]);
    const size_t shift = i % 3 * 2 + 2;
    ASSERT_EQ(static_cast<uint8_t>(high << shift | low >> (6 - shift)),
              static_cast<uint8_t>(rules[i]))
        << i;
  }
}

// A user-defined piece always wins: its score is just below that of its bytes at the best score.
TEST(SentencePieceFiles, ScoresUserDefinedPieces) {
  const std::string model = test::special_fields() + test::piece_field("ab", 0, 4) +
                            test::piece_field("a", -1, 1) + test::piece_field("b", -3, 1) +
                            test::bytes_field(2, "") + test::bytes_field(3, "");
  const Json json = tokenizer_json(SentencePieceVocabulary(model, "m"));
  EXPECT_NEAR(json["model"]["vocab"][5][1].get<double>(), -2.1, 1e-9);
  EXPECT_EQ(json["model"]["vocab"][7][1], -3.0);
}

TEST(SentencePieceFiles, WritesAllFiles) {
  const test::TemporaryDirectory folder;
  const SentencePieceVocabulary vocabulary = test::sample_vocabulary();
  vocabulary.write_files(128, folder.path());
  EXPECT_EQ(read_file(folder / "spiece.model"), vocabulary.bytes());
  const JsonDocument config = read_json(folder / "tokenizer_config.json");
  EXPECT_EQ(config.value()["tokenizer_class"], "PreTrainedTokenizerFast");
  EXPECT_EQ(config.value()["model_max_length"], 128);
  EXPECT_EQ(read_json(folder / "special_tokens_map.json").value()["mask_token"], "[MASK]");
}

}  // namespace
}  // namespace reprise
