#include "tools/commands/text_table.h"

#include <gtest/gtest.h>

namespace reprise {
namespace {

TEST(TextTable, AlignsWordsLeftAndNumbersRight) {
  TextTable table;
  table.row({"", "a", "long"});
  table.row({"words", "1,000", "2"});
  table.rule();
  table.row({"sum", "3"});
  EXPECT_EQ(table.text(),
            "           a  long\n"
            "words  1,000     2\n"
            "------------------\n"
            "sum        3\n");
}

TEST(TextTable, CountsCharactersNotBytes) {
  TextTable table;
  table.row({"größe", "1"});
  table.row({"a", "22"});
  EXPECT_EQ(table.text(), "größe   1\na      22\n");
}

TEST(TextTable, MayBeEmpty) {
  EXPECT_EQ(TextTable().text(), "");
  TextTable rule;
  rule.rule();
  EXPECT_EQ(rule.text(), "");
}

}  // namespace
}  // namespace reprise
