#include "data/text_chunks.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "data/utf8.h"

namespace reprise {
namespace {

using Chunks = std::vector<std::string_view>;

Chunks chunks_of(std::string_view text, size_t most) {
  Chunks chunks;
  while (!text.empty()) chunks.push_back(take_chunk(text, most));
  return chunks;
}

TEST(TextChunks, LeaveAShortTextWhole) {
  EXPECT_EQ(chunks_of("", 8), Chunks{});
  EXPECT_EQ(chunks_of("a b c de", 8), Chunks{"a b c de"});
}

TEST(TextChunks, AreCutAtTheLastSpace) {
  EXPECT_EQ(chunks_of("one two three", 8), (Chunks{"one two", "three"}));
  EXPECT_EQ(chunks_of("one four three", 8), (Chunks{"one four", "three"}));  // just fits
  EXPECT_EQ(chunks_of("a       b c d e", 8), (Chunks{"a      ", "b c d e"}));
  EXPECT_EQ(chunks_of("one four ", 8), (Chunks{"one four"}));
}

// Else a text whose spaces are all at the beginning of chunks would be cut into little ones.
TEST(TextChunks, DontLookForASpaceInTheFirstHalf) {
  EXPECT_EQ(chunks_of("one abcdefghij", 8), (Chunks{"one abcd", "efghij"}));
}

TEST(TextChunks, AreCutBetweenCharactersWhereThereIsNoSpace) {
  EXPECT_EQ(chunks_of("aaaaaaaaaaaa", 8), (Chunks{"aaaaaaaa", "aaaa"}));
  EXPECT_EQ(chunks_of("한한한한", 8), (Chunks{"한한", "한한"}));
  std::string text;
  for (int i = 0; i < 100; ++i) text += i % 3 == 0 ? "é" : i % 3 == 1 ? "한" : "\U0001F600";
  std::string joined;
  for (const std::string_view chunk : chunks_of(text, 11)) {
    EXPECT_TRUE(is_utf8(chunk)) << joined.size();
    joined += chunk;
  }
  EXPECT_EQ(joined, text);
}

TEST(TextChunks, CutWhatIsNoUtf8Anywhere) {
  const std::string text(20, '\x80');
  const std::string_view view = text;
  EXPECT_EQ(chunks_of(text, 8), (Chunks{view.substr(0, 8), view.substr(0, 8), view.substr(0, 4)}));
}

}  // namespace
}  // namespace reprise
