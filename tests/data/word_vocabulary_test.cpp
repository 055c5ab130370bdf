#include "data/word_vocabulary.h"

#include <gtest/gtest.h>

#include <random>

#include "core/files.h"
#include "data/lines.h"
#include "data/utf8.h"
#include "tests/core/expect_error.h"
#include "tests/core/temporary_directory.h"

namespace reprise {
namespace {

using test::contains;
using test::TemporaryDirectory;
using Words = std::vector<std::string>;

Words words_of(const WordVocabulary& vocabulary) {
  Words words;
  for (int32_t id = 0; id < vocabulary.size(); ++id) words.push_back(vocabulary.word(id));
  return words;
}

Words learnt(const std::vector<std::string_view>& sentences, int64_t size, bool lower_case = false) {
  return words_of(WordVocabulary::learn(sentences, size, lower_case));
}

WordVocabulary loaded(const std::string& content) {
  const TemporaryDirectory folder;
  write_file(folder / "words.txt", content);
  return WordVocabulary::load(folder / "words.txt");
}

std::string message(const std::string& content) {
  try {
    loaded(content);
  } catch (const DataError& error) {
    return error.what();
  }
  return "nothing";
}

TEST(WordVocabulary, HasTheCommonestWords) {
  const std::vector<std::string_view> sentences = {"b a  c b", "\ta b", "c d"};
  EXPECT_EQ(learnt(sentences, 5), (Words{"<unk>", "<eos>", "b", "a", "c"}));
  EXPECT_EQ(learnt(sentences, 100), (Words{"<unk>", "<eos>", "b", "a", "c", "d"}));
  EXPECT_EQ(learnt(sentences, 2), (Words{"<unk>", "<eos>"}));
}

// z before é (U+E9) before U+FFFD before U+10000; in UTF-16 the last would come before U+FFFD.
TEST(WordVocabulary, OrdersTiesByCodePoint) {
  EXPECT_EQ(learnt({"\xF0\x90\x80\x80 \xEF\xBF\xBD \xC3\xA9 z A a"}, 8),
            (Words{"<unk>", "<eos>", "A", "a", "z", "\xC3\xA9", "\xEF\xBF\xBD", "\xF0\x90\x80\x80"}));
}

TEST(WordVocabulary, CountsCapitalsAsSmallLettersOnRequest) {
  EXPECT_EQ(learnt({"The the ÉTÉ été Été <UNK>"}, 9, true), (Words{"<unk>", "<eos>", "été", "the"}));
  EXPECT_EQ(learnt({"The the"}, 9), (Words{"<unk>", "<eos>", "The", "the"}));
}

// Penn Treebank has <unk> in its text.
TEST(WordVocabulary, KnowsItsSpecialWordsInText) {
  EXPECT_EQ(learnt({"<unk> <unk> a <eos>"}, 9), (Words{"<unk>", "<eos>", "a"}));
}

TEST(WordVocabulary, GivesUnknownWordsOneId) {
  const WordVocabulary vocabulary = loaded("a\n<eos>\nb\n<unk>\n");
  EXPECT_EQ(vocabulary.unknown(), 3);
  EXPECT_EQ(vocabulary.end(), 1);
  EXPECT_EQ(vocabulary.id_of("b"), 2);
  EXPECT_EQ(vocabulary.id_of("c"), 3);
  EXPECT_EQ(vocabulary.id_of(""), 3);
}

TEST(WordVocabulary, IsReadAsItWasWritten) {
  const TemporaryDirectory folder;
  const std::vector<std::string_view> sentences = {"naïve Zoë b\xC2\xA0" "c", "x y <unk>"};
  const WordVocabulary vocabulary = WordVocabulary::learn(sentences, 50, false);
  vocabulary.write(folder / "words.txt");
  EXPECT_EQ(words_of(WordVocabulary::load(folder / "words.txt")), words_of(vocabulary));
  EXPECT_EQ(words_of(loaded("\xEF\xBB\xBF<unk>\r\n<eos>\r\na")), (Words{"<unk>", "<eos>", "a"}));
}

TEST(WordVocabulary, NamesTheLineAtFault) {
  EXPECT_PRED2(contains, message(""), "words.txt: the file is empty; a vocabulary is a word a line");
  EXPECT_PRED2(contains, message("<unk>\n<eos>\n\na\n"), "words.txt:3: an empty line");
  EXPECT_PRED2(contains, message("<unk>\n<eos>\na\nb\na\n"),
               "words.txt:5: the word a stands in line 3 already");
  EXPECT_PRED2(contains, message("<unk>\na b\n"), "words.txt:2: \"a b\" has white space in it");
  EXPECT_PRED2(contains, message("<unk>\n<eos>\nb\xFF\n"), "words.txt:3: not valid UTF-8");
  EXPECT_PRED2(contains, message("a\n<eos>\n"),
               "words.txt: the vocabulary has no <unk>, which stands for words outside of it");
  EXPECT_PRED2(contains, message("a\n<unk>\n"), "has no <eos>");
  test::expect_error([] { WordVocabulary::load("/nowhere/words.txt"); }, ExitCode::no_input,
                     "/nowhere/words.txt");
}

// Any bytes: words, or a DataError.
TEST(WordVocabulary, SurvivesAnyBytes) {
  std::mt19937 random(1);
  int read = 0;
  for (int round = 0; round < 300; ++round) {
    std::string content = "<unk>\n<eos>\n";
    for (uint32_t i = random() % 20; i > 0; --i) {
      content += round % 2 ? static_cast<char>(random()) : "ab\n\r\xC3\xA9 "[random() % 7];
    }
    read += message(content) == "nothing";
  }
  EXPECT_GT(read, 10);
}

TEST(Lines, AreCutIntoWords) {
  const auto words = [](std::string_view line) {
    std::vector<std::string_view> found;
    for_each_word(line, [&](std::string_view word) { found.push_back(word); });
    return found;
  };
  using Views = std::vector<std::string_view>;
  EXPECT_EQ(words(""), Views{});
  EXPECT_EQ(words(" \t "), Views{});
  EXPECT_EQ(words("one"), Views{"one"});
  EXPECT_EQ(words("  one\ttwo  three "), (Views{"one", "two", "three"}));
}

TEST(Utf8, HasSmallLetters) {
  EXPECT_EQ(lower_case("ABC éÉ ΑΩ Ж ß 1!"), "abc éé αω ж ß 1!");
  EXPECT_EQ(lower_case(""), "");
  EXPECT_EQ(lower_case("A\xFF" "B"), "a\xFF" "b");
}

}  // namespace
}  // namespace reprise
