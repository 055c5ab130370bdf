// Lines of a text, and words of a line. White space is that of ASCII.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace reprise {

inline constexpr std::string_view kWhiteSpace = " \t\r\n\v\f";

// Without white space at either end.
inline std::string_view trimmed(std::string_view line) {
  const size_t begin = line.find_first_not_of(kWhiteSpace);
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(kWhiteSpace) - begin + 1);
}

inline std::string_view without_byte_order_mark(std::string_view text) {
  return text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;
}

// Calls visit(line, number) with numbers from 1. A line end at the end of the text begins no line.
template <class Visit>
void for_each_line(std::string_view text, const Visit& visit) {
  for (int64_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    visit(text.substr(0, end), number);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

// Calls visit(word) for the parts of a line between white space. A no-break space is part of a word.
template <class Visit>
void for_each_word(std::string_view line, const Visit& visit) {
  for (size_t begin = 0; (begin = line.find_first_not_of(kWhiteSpace, begin)) != line.npos;) {
    const size_t end = std::min(line.find_first_of(kWhiteSpace, begin), line.size());
    visit(line.substr(begin, end - begin));
    begin = end;
  }
}

}  // namespace reprise
