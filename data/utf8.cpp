#include "data/utf8.h"

#include <utf8proc.h>

#include <algorithm>

namespace reprise {

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

}  // namespace reprise
