#include "core/json_path.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace reprise {
namespace {

TEST(JsonPath, JoinsAndSplitsAnyKey) {
  std::vector<std::string> keys = {"model",   "0",     "a.b", "",        "\"",       "\\",
                                   "\x1b[0m", "größe", "a b", "$schema", "no-decay", "."};
  std::string path;
  std::vector<std::string> parents;
  for (const std::string& key : keys) {
    parents.push_back(path);
    path = join_path(path, key);
  }
  EXPECT_EQ(split_path(path), keys);
  for (size_t i = keys.size(); i-- > 0;) {
    path = parent_path(path);
    EXPECT_EQ(path, parents[i]);
  }
  for (unsigned char c : join_path("x", "\x1b\x7fü")) EXPECT_TRUE(c >= 0x20 && c < 0x7F);
  EXPECT_EQ(join_path("model", "hidden_size"), "model.hidden_size");
  EXPECT_TRUE(split_path("").empty());
}

TEST(JsonPath, RefusesQuotesWithoutAnEnd) {
  for (const char* path : {"\"", "a.\"b", "\"a\"b", "\"a\\", "\"\\q\"", "\"\\ud800\""}) {
    EXPECT_THROW(split_path(path), Error) << path;
  }
}

TEST(JsonPath, ReadsIndexesStrictly) {
  EXPECT_EQ(list_index("0", 1), 0);
  EXPECT_EQ(list_index("12", 13), 12);
  for (const char* key : {"1", "-1", "", "x", "0x", "99999999999999999999"}) {
    EXPECT_EQ(list_index(key, 1), -1) << key;
  }
}

}  // namespace
}  // namespace reprise
