// TextTable: rows of words and numbers, aligned for reading in a terminal.
#pragma once

#include <string>
#include <vector>

namespace reprise {

class TextTable {
 public:
  // A row of cells: the first column flush left, all others flush right. Rows may differ in length.
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  // A line across, between two rows.
  void rule() { rows_.emplace_back(); }

  // Every row ends with a line break, and has no blanks before it.
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;  // empty: a rule
};

}  // namespace reprise
