#include "data/vocabulary.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <thread>

#include "core/error.h"
#include "core/files.h"
#include "data/vocabulary_training.h"
#include "tests/core/expect_error.h"
#include "tests/core/temporary_directory.h"
#include "tests/data/fixtures.h"

namespace reprise {
namespace {

namespace fs = std::filesystem;
using test::sample_model;
using test::sample_sentences;
using test::sample_vocabulary;
using test::TemporaryDirectory;

std::vector<std::string_view> sample_views() {
  return {sample_sentences().begin(), sample_sentences().end()};
}

// Sets XDG_CACHE_HOME for its lifetime.
class CacheAt {
 public:
  explicit CacheAt(const std::string& folder) {
    if (const char* old = getenv("XDG_CACHE_HOME")) old_ = old;
    setenv("XDG_CACHE_HOME", folder.c_str(), 1);
  }
  ~CacheAt() { setenv("XDG_CACHE_HOME", old_.c_str(), 1); }

 private:
  std::string old_;
};

std::vector<fs::path> files_below(const std::string& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  return files;
}

TEST(Vocabulary, HasSpecialPiecesFirst) {
  const Vocabulary vocabulary = sample_vocabulary();
  EXPECT_EQ(vocabulary.special().pad, 0);
  EXPECT_EQ(vocabulary.special().unknown, 1);
  EXPECT_EQ(vocabulary.special().cls, 2);
  EXPECT_EQ(vocabulary.special().sep, 3);
  EXPECT_EQ(vocabulary.special().mask, 4);
  EXPECT_EQ(vocabulary.ordinary().front(), 5);
  EXPECT_EQ(static_cast<int64_t>(vocabulary.ordinary().size()), vocabulary.size() - 5);
}

TEST(Vocabulary, EncodesWordsThatItKnows) {
  const Vocabulary vocabulary = sample_vocabulary();
  std::string text;
  for (const int32_t id : vocabulary.encode("  The  People of UNION")) {
    ASSERT_GE(id, 5);
    text += vocabulary.model().pieces[static_cast<size_t>(id)].text;
  }
  EXPECT_EQ(text, "▁the▁people▁of▁union");  // one space, lower case
  EXPECT_EQ(vocabulary.encode("漢字").back(), 1);
  EXPECT_TRUE(vocabulary.encode("").empty());
  EXPECT_TRUE(vocabulary.encode("   ").empty());
}

TEST(Vocabulary, MarksThePiecesThatBeginWords) {
  const Vocabulary vocabulary = sample_vocabulary();
  for (int64_t id = 0; id < vocabulary.size(); ++id) {
    EXPECT_EQ(vocabulary.word_starts()[id] != 0,
              vocabulary.model().pieces[id].text.starts_with("▁"));
  }
}

TEST(Vocabulary, NeedsItsSpecialPieces) {
  const std::string specs = test::bytes_field(2, "") + test::bytes_field(3, "");
  const std::string model = test::piece_field("<pad>", 0, 3) + test::piece_field("<unk>", 0, 2) +
                            test::piece_field("[CLS]", 0, 3) + test::piece_field("[SEP]", 0, 3) +
                            test::piece_field("a", -1, 1) + specs;
  test::expect_error([&] { Vocabulary(model, "m.model"); }, ExitCode::data, "no piece [MASK]");
  test::expect_error([&] { Vocabulary(test::special_fields() + specs, "m.model"); }, ExitCode::data,
                     "stands for text");
}

TEST(VocabularyTraining, IsAFunctionOfTheText) {
  EXPECT_EQ(train_vocabulary(sample_views(), {.size = 60, .max_sentences = 1000}), sample_model());
  EXPECT_NE(train_vocabulary(sample_views(), {.size = 60, .max_sentences = 30}), sample_model());
}

TEST(VocabularyTraining, TakesWhatASmallTextGives) {
  const std::vector<std::string_view> text = {"a small text", "a small one"};
  const Vocabulary vocabulary(train_vocabulary(text, {.size = 8000}), "small");
  EXPECT_GT(vocabulary.size(), 10);
  EXPECT_LT(vocabulary.size(), 100);
}

// The trainer ends the process for some of these; it must not be asked.
TEST(VocabularyTraining, RefusesTextWithoutLetters) {
  for (const char* text : {"", " ", "▁", "▁▁ ▁", "▅", "\t", "\x01\x02", "\xC2\xAD", "\xE3\x85\xA4",
                           "\xE3\x80\x80", "\xE2\x80\x8B", "a▅"}) {
    const std::vector<std::string_view> sentences = {text};
    test::expect_error([&] { train_vocabulary(sentences, {.size = 100}); }, ExitCode::data,
                       "no letters");
  }
  EXPECT_THROW(train_vocabulary({}, {.size = 100}), DataError);
}

TEST(VocabularyTraining, HandlesOddTexts) {
  for (const char* text : {"a", "\t\ta", "<unk>", "[CLS]", "<pad> <unk>", "漢", "\xF0\x9F\x98\x80",
                           "a\x01", "e\xCC\x81", "!"}) {
    const std::vector<std::string_view> sentences = {text};
    EXPECT_GE(Vocabulary(train_vocabulary(sentences, {.size = 100}), "odd").size(), 6) << text;
  }
}

TEST(VocabularyTraining, SaysWhenThereAreMoreCharactersThanPieces) {
  test::expect_error([] { train_vocabulary(sample_views(), {.size = 8}); }, ExitCode::data,
                     "8 pieces can't be learned");
  test::expect_error([] { train_vocabulary(sample_views(), {.size = 0}); }, ExitCode::data,
                     "can't be learned");
}

TEST(VocabularyCache, KeepsWhatWasTrained) {
  const TemporaryDirectory folder;
  const CacheAt cache(folder.path());
  std::vector<std::string> warnings;
  const VocabularyTraining settings{.size = 60, .max_sentences = 1000};
  const Vocabulary first = cached_vocabulary(sample_views(), settings, warnings);
  ASSERT_EQ(files_below(folder.path()).size(), 1u);
  const fs::path file = files_below(folder.path())[0];
  const auto written = fs::last_write_time(file);
  EXPECT_EQ(cached_vocabulary(sample_views(), settings, warnings).model_bytes(),
            first.model_bytes());
  EXPECT_EQ(fs::last_write_time(file), written);
  cached_vocabulary(sample_views(), {.size = 61, .max_sentences = 1000}, warnings);
  EXPECT_EQ(files_below(folder.path()).size(), 2u);
  EXPECT_TRUE(warnings.empty());
}

TEST(VocabularyCache, TrainsAgainWhenTheFileIsDamaged) {
  const TemporaryDirectory folder;
  const CacheAt cache(folder.path());
  std::vector<std::string> warnings;
  const VocabularyTraining settings{.size = 60, .max_sentences = 1000};
  cached_vocabulary(sample_views(), settings, warnings);
  const fs::path file = files_below(folder.path())[0];
  write_file(file.string(), "damaged");
  EXPECT_EQ(cached_vocabulary(sample_views(), settings, warnings).model_bytes(), sample_model());
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_PRED2(test::contains, warnings[0], "trained again");
  EXPECT_EQ(read_file(file.string()), sample_model());
}

TEST(VocabularyCache, WorksWithoutAFolder) {
  const TemporaryDirectory folder;
  write_file(folder / "file", "");
  const CacheAt cache(folder / "file");
  std::vector<std::string> warnings;
  EXPECT_EQ(cached_vocabulary(sample_views(), {.size = 60, .max_sentences = 1000}, warnings)
                .model_bytes(),
            sample_model());
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_PRED2(test::contains, warnings[0], "can't be kept");
}

TEST(VocabularyCache, IsSharedByProcessesAtTheSameTime) {
  const TemporaryDirectory folder;
  const CacheAt cache(folder.path());
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      std::vector<std::string> warnings;
      const Vocabulary vocabulary =
          cached_vocabulary(sample_views(), {.size = 60, .max_sentences = 1000}, warnings);
      EXPECT_EQ(vocabulary.model_bytes(), sample_model());
      EXPECT_TRUE(warnings.empty());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(files_below(folder.path()).size(), 1u);
}

}  // namespace
}  // namespace reprise
