#include "data/vocabulary/sentencepiece_training.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "data/text_chunks.h"
#include "tests/core/expect_error.h"
#include "tests/data/fixtures.h"

namespace reprise {
namespace {

using test::sample_model;
using test::sample_sentences;

std::vector<std::string_view> sample_views() {
  return {sample_sentences().begin(), sample_sentences().end()};
}

TEST(SentencePieceTraining, IsAFunctionOfTheText) {
  EXPECT_EQ(train_sentencepiece(sample_views(), {.size = 60, .max_sentences = 1000}),
            sample_model());
  EXPECT_NE(train_sentencepiece(sample_views(), {.size = 60, .max_sentences = 30}), sample_model());
}

TEST(SentencePieceTraining, TakesWhatASmallTextGives) {
  const std::vector<std::string_view> text = {"a small text", "a small one"};
  const SentencePieceVocabulary vocabulary(train_sentencepiece(text, {.size = 8000}), "small");
  EXPECT_GT(vocabulary.size(), 10);
  EXPECT_LT(vocabulary.size(), 100);
}

// A sentence again and again, as one text.
std::string repeated(size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += sample_sentences().front() + " ";
  return text;
}

TEST(SentencePieceTraining, LearnsFromALongTextAsFromItsChunks) {
  const std::string text = repeated(20'000) + std::string(20'000, 'x');
  std::vector<std::string_view> chunks;
  for (std::string_view rest = text; !rest.empty();) {
    chunks.push_back(take_chunk(rest, kTrainingChunkBytes));
  }
  const std::vector<std::string_view> whole = {text};
  EXPECT_TRUE(train_sentencepiece(whole, {.size = 100}) ==
              train_sentencepiece(chunks, {.size = 100}));
}

// The library leaves out what is longer than 1 MiB. (Mostly spaces, which cost no time.)
TEST(SentencePieceTraining, LearnsFromATextOfMoreThanAMebibyte) {
  const std::string text = repeated(1'000) + std::string(size_t{1} << 20, ' ') + repeated(1'000);
  const std::vector<std::string_view> texts = {text};
  const SentencePieceVocabulary vocabulary(train_sentencepiece(texts, {.size = 60}), "long");
  EXPECT_GT(vocabulary.size(), 15);
}

// The trainer ends the process for some of these; it must not be asked.
TEST(SentencePieceTraining, RefusesTextWithoutLetters) {
  for (const char* text : {"", " ", "▁", "▁▁ ▁", "▅", "\t", "\x01\x02", "\xC2\xAD", "\xE3\x85\xA4",
                           "\xE3\x80\x80", "\xE2\x80\x8B", "a▅"}) {
    const std::vector<std::string_view> sentences = {text};
    test::expect_error([&] { train_sentencepiece(sentences, {.size = 100}); }, ExitCode::data,
                       "no letters");
  }
  EXPECT_THROW(train_sentencepiece({}, {.size = 100}), DataError);
}

TEST(SentencePieceTraining, HandlesOddTexts) {
  for (const char* text : {"a", "\t\ta", "<unk>", "[CLS]", "<pad> <unk>", "漢", "\xF0\x9F\x98\x80",
                           "a\x01", "e\xCC\x81", "!"}) {
    const std::vector<std::string_view> sentences = {text};
    EXPECT_GE(SentencePieceVocabulary(train_sentencepiece(sentences, {.size = 100}), "odd").size(),
              6)
        << text;
  }
}

TEST(SentencePieceTraining, SaysWhenThereAreMoreCharactersThanPieces) {
  test::expect_error([] { train_sentencepiece(sample_views(), {.size = 8}); }, ExitCode::data,
                     "8 pieces can't be learned");
  test::expect_error([] { train_sentencepiece(sample_views(), {.size = 0}); }, ExitCode::data,
                     "can't be learned");
}

}  // namespace
}  // namespace reprise
