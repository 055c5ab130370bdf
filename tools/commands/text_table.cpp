#include "tools/commands/text_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace reprise {

namespace {

constexpr size_t kGap = 2;  // blanks between columns

// What a terminal shows: bytes that begin a character.
size_t width(const std::string& text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
}

}  // namespace

std::string TextTable::text() const {
  std::vector<size_t> widths;
  for (const auto& cells : rows_) {
    widths.resize(std::max(widths.size(), cells.size()));
    for (size_t c = 0; c < cells.size(); ++c) widths[c] = std::max(widths[c], width(cells[c]));
  }
  if (widths.empty()) return "";
  const size_t across =
      std::accumulate(widths.begin(), widths.end(), kGap * (widths.size() - 1));

  std::string text;
  for (const auto& cells : rows_) {
    std::string line = cells.empty() ? std::string(across, '-') : "";
    for (size_t c = 0; c < cells.size(); ++c) {
      const std::string blanks(widths[c] - width(cells[c]), ' ');
      if (c > 0) line.append(kGap, ' ');
      line += c == 0 ? cells[c] + blanks : blanks + cells[c];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

}  // namespace reprise
