#include "data/vocabulary/tokenizer_json.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "core/error.h"
#include "core/files.h"
#include "core/json.h"
#include "data/vocabulary/wordpiece_vocabulary.h"
#include "tests/core/expect_error.h"
#include "tests/core/temporary_directory.h"
#include "tests/data/fixtures.h"

namespace reprise {
namespace {

const std::string kPieces = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nwant\nWant\n##s\n";

// What we write, and Transformers writes in the same form.
Json written(const test::TemporaryDirectory& folder, const BertTextRules& rules) {
  WordPieceVocabulary(kPieces, "v", rules).write_files(128, folder.path());
  return read_json(folder / "tokenizer.json").value();
}

TEST(TokenizerJson, HasThePiecesAndRulesOfVocabTxt) {
  for (const bool lower : {true, false}) {
    const test::TemporaryDirectory folder;
    written(folder, {.lower_case = lower, .strip_accents = !lower, .tokenize_chinese_chars = lower});
    const WordPieceFile file = read_wordpiece_json(folder / "tokenizer.json");
    EXPECT_EQ(file.pieces, kPieces);
    EXPECT_EQ(file.rules.lower_case, lower);
    EXPECT_EQ(file.rules.strip_accents, !lower);
    EXPECT_EQ(file.rules.tokenize_chinese_chars, lower);
  }
}

TEST(TokenizerJson, IsReadWhereAFolderHasNothingElse) {
  const test::TemporaryDirectory folder;
  written(folder, {.lower_case = false});
  std::filesystem::remove(folder / "vocab.txt");
  std::filesystem::remove(folder / "tokenizer_config.json");
  ASSERT_TRUE(has_vocabulary(folder.path()));
  EXPECT_EQ(load_vocabulary(folder.path(), true)->encode("Wants want"), (std::vector<int32_t>{6, 7, 5}));
}

TEST(TokenizerJson, IsRefusedWhereItIsAnotherTokenizersOrBroken) {
  const test::TemporaryDirectory folder;
  const Json good = written(folder, {});
  const auto refused = [&](const char* path, const Json& value, const std::string& part) {
    Json bad = good;
    bad[Json::json_pointer(path)] = value;
    write_file(folder / "bad.json", dump_json(bad));
    test::expect_error([&] { read_wordpiece_json(folder / "bad.json"); }, ExitCode::data, part);
  };
  refused("/model/type", "BPE", "only BERT's tokenizers");
  refused("/model", 3, "only BERT's tokenizers");
  refused("/normalizer", nullptr, "normalizer: is of type");
  refused("/normalizer/lowercase", "yes", "normalizer.lowercase: expected true, false or null");
  refused("/model/continuing_subword_prefix", "@@", "continuing_subword_prefix");
  refused("/model/vocab", Json::array(), "expected an object of pieces");
  refused("/model/vocab/want", 6, "numbered from 0, each once");
  refused("/model/vocab/want", 99, "numbered from 0");
  refused("/model/vocab/want", -1, "numbered from 0");
  refused("/model/vocab/want", 5.5, "numbered from 0");
  write_file(folder / "bad.json", "[]");
  test::expect_error([&] { read_wordpiece_json(folder / "bad.json"); }, ExitCode::data, "only BERT's tokenizers");
}

// What Transformers 5 saves of an ALBERT.
TEST(TokenizerJson, OfSentencePieceSaysWhereItsModelIsToBeHad) {
  const test::TemporaryDirectory folder;
  test::sample_vocabulary().write_files(128, folder.path());
  std::filesystem::remove(folder / "spiece.model");
  const auto load = [&] { load_vocabulary(folder.path(), true); };
  test::expect_error(load, ExitCode::data, "is read from spiece.model; if the folder has none");
  test::expect_error(load, ExitCode::data, "copy that of the model that this one was made from");
}

}  // namespace
}  // namespace reprise
