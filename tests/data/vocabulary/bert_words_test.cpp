#include "data/vocabulary/bert_words.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <string>
#include <vector>

namespace reprise {
namespace {

std::vector<std::string> words_of(std::string_view text, const BertTextRules& rules = {}) {
  std::vector<std::string> all;
  BertWords words(rules);
  words.each(text, [&](std::string_view word, size_t) { all.emplace_back(word); });
  return all;
}

using Words = std::vector<std::string>;

TEST(BertWords, AreSmallAndWithoutAccents) {
  EXPECT_EQ(words_of("Hello, World!"), (Words{"hello", ",", "world", "!"}));
  EXPECT_EQ(words_of("naïve ÅNGSTRÖM İstanbul"), (Words{"naive", "angstrom", "istanbul"}));
  EXPECT_EQ(words_of("ΌΣΟΣ"), (Words{"οσοσ"}));
}

TEST(BertWords, KeepCapitalsAndAccentsWhereAskedTo) {
  EXPECT_EQ(words_of("naïve ÅNG", {.lower_case = false}), (Words{"naïve", "ÅNG"}));
  EXPECT_EQ(words_of("naïve ÅNG", {.lower_case = true, .strip_accents = false}),
            (Words{"naïve", "ång"}));
  EXPECT_EQ(words_of("naïve ÅNG", {.lower_case = false, .strip_accents = true}),
            (Words{"naive", "ANG"}));
  EXPECT_EQ(words_of("İ", {.lower_case = true, .strip_accents = false}), (Words{"i\u0307"}));
}

TEST(BertWords, SplitAtChineseCharacters) {
  EXPECT_EQ(words_of("ab中文c"), (Words{"ab", "中", "文", "c"}));
  EXPECT_EQ(words_of("ab中文c", {.tokenize_chinese_chars = false}), (Words{"ab中文c"}));
  EXPECT_EQ(words_of("カナ"), (Words{"カナ"}));
}

TEST(BertWords, LeaveControlsOut) {
  EXPECT_EQ(words_of(std::string_view("x\0y\uFFFDz\u200Bw\x07v", 14)), (Words{"xyzwv"}));
  EXPECT_EQ(words_of("soft\u00ADhyphen"), (Words{"softhyphen"}));
  EXPECT_EQ(words_of("a\u2028b\tc\r\nd\u00A0e"), (Words{"a", "b", "c", "d", "e"}));
  EXPECT_TRUE(words_of("").empty());
  EXPECT_TRUE(words_of(" \t\u3000\u200B").empty());
}

TEST(BertWords, CountCharacters) {
  BertWords words({.lower_case = false});
  std::vector<size_t> counts;
  words.each("Ünï 漢 !",
             [&](std::string_view, size_t characters) { counts.push_back(characters); });
  EXPECT_EQ(counts, (std::vector<size_t>{3, 1, 1}));
}

// Every character, alone, between letters, and before and behind accents that canonical order
// moves. The checksums are those of Hugging Face's words: make_bert_checksums.py.
TEST(BertWords, AreHuggingFacesForEveryCharacter) {
  for (const auto& [lower_case, expected] : {std::pair(true, 0x23B8D587u), {false, 0x895236C8u}}) {
    BertWords words({.lower_case = lower_case});
    uLong checksum = crc32(0, nullptr, 0);
    for (char32_t c = 0; c < 0x110000; ++c) {
      if (c >= 0xD800 && c < 0xE000) continue;
      std::string character;
      append_utf8(c, character);
      for (const std::string& text :
           {character, "a" + character + "B", "E\u0301" + character + "\u0327",
            character + "\u0334\u0301"}) {
        std::string line;
        words.each(text, [&](std::string_view word, size_t) {
          if (!line.empty()) line += '|';
          line += word;
        });
        line += '\n';
        checksum = crc32(checksum, reinterpret_cast<const Bytef*>(line.data()),
                         static_cast<uInt>(line.size()));
      }
    }
    EXPECT_EQ(checksum, expected) << (lower_case ? "uncased" : "cased");
  }
}

}  // namespace
}  // namespace reprise
