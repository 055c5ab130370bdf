#include "data/word_text.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "core/files.h"
#include "tests/core/expect_error.h"
#include "tests/core/temporary_directory.h"

namespace reprise {
namespace {

using test::contains;
using test::expect_error;
using test::TemporaryDirectory;

std::string text_of(const WordText& text, const WordStreams& streams) {
  std::string line;
  for (const int32_t id : streams.words()) line += text.vocabulary.word(id) + ' ';
  return line;
}

WordTextConfig config_of(const TemporaryDirectory& folder, const std::string& json) {
  return bind<WordTextConfig>(parse_config(json, folder / "a.json", {}));
}

TEST(WordText, IsAStreamOfWordsWithSentenceEnds) {
  const TemporaryDirectory folder;
  write_file(folder / "train.txt", "the cat sat\non the mat\n\nthe end\n");
  write_file(folder / "valid.txt", "The cat  ate\r\n");
  const WordText text = load_word_text(
      config_of(folder, R"({"train": "train.txt", "valid": "valid.txt", "steps": 2})"), 4, 2);
  EXPECT_EQ(text_of(text, text.train),
            "the cat <unk> <eos> <unk> the <unk> <eos> the <unk> <eos> ");
  EXPECT_EQ(text_of(text, text.valid), "<unk> cat <unk> <eos> ");
  EXPECT_EQ(text.train.batches_per_epoch(), 2);
  EXPECT_EQ(text.train.streams(), 2);
  EXPECT_EQ(text.valid.streams(), 1);
  EXPECT_TRUE(text.warnings.empty());
  EXPECT_EQ(text.description(),
            "11 words in 2 streams, 2 batches an epoch; held out: 4 words; a vocabulary of 4, to which "
            "36.4 % and 50.0 % are unknown");
}

TEST(WordText, ReadsPatternsGzipAndCapitals) {
  const TemporaryDirectory folder;
  gzFile file = gzopen((folder / "b.txt.gz").c_str(), "wb");
  gzputs(file, "Two TWO\n");
  gzclose(file);
  write_file(folder / "a.txt", "One one\n");
  write_file(folder / "valid.text", "oNe\n");
  const WordText text = load_word_text(
      config_of(folder, R"({"train": "*.txt*", "valid": "valid.text", "lower_case": true, "steps": 1})"),
      4, 1);
  EXPECT_EQ(text_of(text, text.train), "one one <eos> two two <eos> ");
  EXPECT_EQ(text_of(text, text.valid), "one <eos> ");
}

TEST(WordText, HoldsOutTheEndWithoutAValidationText) {
  const TemporaryDirectory folder;
  std::string content;
  for (int i = 0; i < 40; ++i) content += fmt::format("word{}\n", i);
  write_file(folder / "a.txt", content);
  const WordText text =
      load_word_text(config_of(folder, R"({"train": "a.txt", "steps": 3})"), 1000, 2);
  EXPECT_EQ(text.train.words().size(), 76u);  // 38 sentences
  EXPECT_EQ(text_of(text, text.valid), "<unk> <eos> <unk> <eos> ");  // held out of the vocabulary too
}

TEST(WordText, UsesAVocabularyFile) {
  const TemporaryDirectory folder;
  write_file(folder / "a.txt", "b a\nc\n");
  write_file(folder / "words.txt", "a\n<eos>\n<unk>\nb\n");
  const auto load = [&](int64_t rows) {
    return load_word_text(config_of(folder, R"({"train": "a.txt", "valid": "a.txt", "steps": 2,
                                                "vocabulary": "words.txt"})"), rows, 1);
  };
  EXPECT_EQ(load(4).train.words(), (std::vector<int32_t>{3, 0, 1, 2, 1}));
  EXPECT_TRUE(load(4).warnings.empty());
  ASSERT_EQ(load(6).warnings.size(), 1u);
  EXPECT_PRED2(contains, load(6).warnings[0],
               "words.txt has only 4 words; the model keeps its 6 rows, and the last 2 are never used");
  expect_error([&] { load(3); }, ExitCode::config,
               "model.vocab_size: 3 rows are too few for the 4 words of ");
}

TEST(WordText, SaysWhatIsMissing) {
  const TemporaryDirectory folder;
  write_file(folder / "a.txt", "one two\n");
  write_file(folder / "bad.txt", "one \xFF two\nthree\n");
  const auto load = [&](const std::string& json, int64_t streams = 1) {
    return load_word_text(config_of(folder, json), 100, streams);
  };
  expect_error([&] { load(R"({"train": "none.txt"})"); }, ExitCode::no_input, "none.txt");
  expect_error([&] { load(R"({"train": "*.gz"})"); }, ExitCode::no_input, "no file matches");
  expect_error([&] { load(R"({"train": "bad.txt"})"); }, ExitCode::data, "bad.txt:1: not valid UTF-8");
  EXPECT_EQ(load(R"({"train": "bad.txt", "invalid_utf8": "replace", "steps": 1})").warnings.size(), 2u);
  expect_error([&] { load(R"({"train": "a.txt", "valid": "a.txt"})"); }, ExitCode::data,
               "data.train: 3 words are too few for 1 streams: each needs 36");
  expect_error([&] { load(R"({"train": "a.txt", "valid": "a.txt", "steps": 1, "valid_streams": 2})"); },
               ExitCode::data, "data.valid: 3 words are too few for 2 streams");
  expect_error([&] { load(R"({"train": "a.txt"})"); }, ExitCode::data, "a single sentence");
  expect_error([&] { load(R"({"steps": 0})"); }, ExitCode::config, "steps");
}

}  // namespace
}  // namespace reprise
