#include "data/utf8.h"

#include <utf8proc.h>

#include <algorithm>

#include "core/error.h"

namespace reprise {

void refuse_binary(const std::string& name, std::string_view content) {
  if (content.starts_with("\xFF\xFE") || content.starts_with("\xFE\xFF")) {
    throw DataError("{}:1: this is UTF-16 text; convert it to UTF-8, for instance with iconv", name);
  }
  const size_t nul = content.find('\0');
  if (nul == std::string_view::npos) return;
  throw DataError("{}:{}: not a text file: it has a NUL byte there", name,
                  1 + std::ranges::count(content.substr(0, nul), '\n'));
}

size_t valid_utf8_prefix(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    if (static_cast<uint8_t>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    // Four bytes suffice; the limit also keeps the length within utf8proc's signed type.
    const auto left = static_cast<utf8proc_ssize_t>(std::min<size_t>(text.size() - at, 4));
    utf8proc_int32_t code_point;
    const auto length = utf8proc_iterate(
        reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at), left, &code_point);
    if (length <= 0) break;
    at += static_cast<size_t>(length);
  }
  return at;
}

std::string replace_invalid_utf8(std::string_view text) {
  std::string result;
  while (true) {
    const size_t valid = valid_utf8_prefix(text);
    result += text.substr(0, valid);
    if (valid == text.size()) return result;
    result += "\xEF\xBF\xBD";
    text.remove_prefix(valid + 1);
  }
}

std::string lower_case(std::string_view text) {
  std::string result;
  for (size_t at = 0; at < text.size();) {
    utf8proc_int32_t code_point = -1;
    const auto left = static_cast<utf8proc_ssize_t>(std::min<size_t>(text.size() - at, 4));
    const auto length = utf8proc_iterate(
        reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at), left, &code_point);
    if (length <= 0) {  // not valid: stays as it is
      result += text[at++];
      continue;
    }
    utf8proc_uint8_t bytes[4];
    const auto written = utf8proc_encode_char(utf8proc_tolower(code_point), bytes);
    result.append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(written));
    at += static_cast<size_t>(length);
  }
  return result;
}

}  // namespace reprise
