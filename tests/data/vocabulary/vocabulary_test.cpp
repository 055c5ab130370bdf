#include "data/vocabulary/vocabulary.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "core/error.h"
#include "core/files.h"
#include "data/vocabulary/tokenizer_files.h"
#include "data/vocabulary/wordpiece_vocabulary.h"
#include "tests/core/expect_error.h"
#include "tests/core/temporary_directory.h"
#include "tests/data/fixtures.h"

namespace reprise {
namespace {

const std::string kPieces = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nwant\nWant\n";

TEST(LoadVocabulary, TellsTheKindsOfFilesApart) {
  const test::TemporaryDirectory folder;
  write_file(folder / "pieces.txt", kPieces);
  write_file(folder / "unigram.model", test::sample_model());
  EXPECT_EQ(load_vocabulary(folder / "pieces.txt", true)->encode("Want"), std::vector<int32_t>{5});
  EXPECT_EQ(load_vocabulary(folder / "pieces.txt", false)->encode("Want"), std::vector<int32_t>{6});
  EXPECT_EQ(load_vocabulary(folder / "unigram.model", true)->bytes(), test::sample_model());
}

TEST(LoadVocabulary, ReadsWhatFoldersHave) {
  const test::TemporaryDirectory wordpiece, sentencepiece;
  WordPieceVocabulary(kPieces, "v", {.lower_case = false}).write_files(128, wordpiece.path());
  test::sample_vocabulary().write_files(128, sentencepiece.path());
  EXPECT_TRUE(has_vocabulary(wordpiece.path()));
  EXPECT_EQ(load_vocabulary(wordpiece.path(), true)->encode("Want"), std::vector<int32_t>{6});
  EXPECT_EQ(load_vocabulary(sentencepiece.path(), true)->bytes(), test::sample_model());
}

TEST(LoadVocabulary, KnowsTheFilesThatItIsWrittenTo) {
  const test::TemporaryDirectory wordpiece, sentencepiece;
  WordPieceVocabulary(kPieces, "v", {.lower_case = false}).write_files(128, wordpiece.path());
  test::sample_vocabulary().write_files(128, sentencepiece.path());
  for (const std::string& folder : {wordpiece.path(), sentencepiece.path()}) {
    std::set<std::string> written;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) written.insert(entry.path().filename());
    const std::vector<std::string> known = tokenizer_files_in(folder);
    EXPECT_EQ(std::set(known.begin(), known.end()), written);
    write_file(folder + "/model.onnx", "weights");
    EXPECT_EQ(tokenizer_files_in(folder), known);
  }
}

TEST(LoadVocabulary, SaysWhatIsWrongWithAFolder) {
  const test::TemporaryDirectory folder;
  EXPECT_FALSE(has_vocabulary(folder.path()));
  test::expect_error([&] { load_vocabulary(folder.path(), true); }, ExitCode::no_input,
                     "neither vocab.txt nor spiece.model");
  write_file(folder / "vocab.txt", kPieces);
  write_file(folder / "tokenizer_config.json", "{\"do_lower_case\": 1}");
  test::expect_error([&] { load_vocabulary(folder.path(), true); }, ExitCode::data,
                     "tokenizer_config.json:1:19: do_lower_case: expected true, false or null");
  write_file(folder / "tokenizer_config.json", "[]");
  test::expect_error([&] { load_vocabulary(folder.path(), true); }, ExitCode::data,
                     "expected an object");
}

}  // namespace
}  // namespace reprise
