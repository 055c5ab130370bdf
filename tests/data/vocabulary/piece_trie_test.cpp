#include "data/vocabulary/piece_trie.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace reprise {
namespace {

TEST(PieceTrie, FindsWhatWasAdded) {
  PieceTrie trie;
  trie.add("a", 1);
  trie.add("abc", 2);
  EXPECT_EQ(trie.value(trie.find("a")), 1);
  EXPECT_EQ(trie.value(trie.find("ab")), PieceTrie::kNone);
  EXPECT_EQ(trie.value(trie.find("abc")), 2);
  EXPECT_EQ(trie.find("abcd"), PieceTrie::kNone);
  EXPECT_EQ(trie.find("b"), PieceTrie::kNone);
  EXPECT_EQ(trie.find(""), PieceTrie::kRoot);
}

// Enough for the table to grow many times.
TEST(PieceTrie, AgreesWithAMap) {
  std::mt19937 random(7);
  std::map<std::string, int32_t> expected;
  PieceTrie trie;
  const auto word = [&] {
    std::string text;
    for (size_t n = 1 + random() % 6; n > 0; --n) text += static_cast<char>(250 + random() % 8);
    return text;
  };
  for (int i = 0; i < 20000; ++i) {
    const std::string text = word();
    trie.add(text, i);
    expected[text] = i;
  }
  for (const auto& [text, value] : expected) ASSERT_EQ(trie.value(trie.find(text)), value);
  for (int i = 0; i < 20000; ++i) {
    const std::string text = word();
    const int32_t node = trie.find(text);
    const int32_t value = node == PieceTrie::kNone ? PieceTrie::kNone : trie.value(node);
    ASSERT_EQ(value, expected.contains(text) ? expected[text] : PieceTrie::kNone);
  }
}

}  // namespace
}  // namespace reprise
