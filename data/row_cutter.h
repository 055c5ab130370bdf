// RowCutter: CSV and TSV cut into rows and cells, from front to back in one pass. Used by table_file.cpp.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "data/table_file.h"

namespace reprise {

class RowCutter {
 public:
  RowCutter(std::string_view text, TableFormat format, const std::string& name)
      : rest_(text), csv_(format == TableFormat::csv), name_(name) {}

  // The cells of the next row that isn't an empty line; false at the end of the text.
  bool next(std::vector<std::string>& cells) {
    while (line_end() > 0) skip_line_end();
    if (rest_.empty()) return false;
    line_ = next_line_;
    cells.clear();
    do {
      if (!cells.empty()) rest_.remove_prefix(1);
      cells.push_back(csv_ && rest_.starts_with('"') ? quoted_cell(cells.size() + 1)
                                                     : plain_cell());
    } while (at_separator());
    skip_line_end();
    return true;
  }

  // Where the row begins.
  int64_t line() const { return line_; }

 private:
  bool at_separator() const { return rest_.starts_with(csv_ ? ',' : '\t'); }

  // Bytes of the line end that is here: 0 when none is.
  size_t line_end() const {
    if (rest_.starts_with("\r\n")) return 2;
    return rest_.starts_with('\n') || rest_ == "\r" ? 1 : 0;
  }

  void skip_line_end() {
    if (line_end() == 0) return;  // the end of the text
    rest_.remove_prefix(line_end());
    ++next_line_;
  }

  std::string plain_cell() {
    size_t end = std::min(rest_.find_first_of(csv_ ? ",\n" : "\t\n"), rest_.size());
    const bool last = end == rest_.size() || rest_[end] == '\n';
    if (last && end > 0 && rest_[end - 1] == '\r') --end;
    std::string cell(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return cell;
  }

  std::string quoted_cell(size_t number) {
    const int64_t opened = next_line_;
    std::string cell;
    rest_.remove_prefix(1);
    while (true) {
      const size_t quote = rest_.find('"');
      if (quote == std::string_view::npos) {
        throw DataError("{}:{}: the quote that opens cell {} is never closed", name_, opened,
                        number);
      }
      cell += rest_.substr(0, quote);
      rest_.remove_prefix(quote + 1);
      if (!rest_.starts_with('"')) break;
      cell += '"';  // it was doubled
      rest_.remove_prefix(1);
    }
    next_line_ += std::ranges::count(cell, '\n');
    if (!rest_.empty() && !at_separator() && line_end() == 0) {
      throw DataError(
          "{}:{}: text after the closing quote of cell {}, which opens in line {}; write quotes in "
          "a quoted cell twice",
          name_, next_line_, number, opened);
    }
    return cell;
  }

  std::string_view rest_;
  bool csv_;
  const std::string& name_;
  int64_t line_ = 1;
  int64_t next_line_ = 1;  // where rest_ begins
};

}  // namespace reprise
