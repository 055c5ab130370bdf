#include "core/printable.h"

#include <fmt/format.h>

#include <cstdint>

namespace reprise {

namespace {

// Bytes of the well-formed UTF-8 character at the front of `text` (Unicode 15, table 3-7), or 0.
size_t character_length(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(i < text.size() ? text[i] : 0); };
  const auto follows = [&](size_t i) { return (byte(i) & 0xc0) == 0x80; };
  const uint8_t first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return follows(1) ? 2 : 0;
  if (first < 0xf0) {
    const bool overlong = first == 0xe0 && byte(1) < 0xa0;
    const bool surrogate = first == 0xed && byte(1) > 0x9f;
    return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
  }
  const bool overlong = first == 0xf0 && byte(1) < 0x90;
  const bool too_large = first > 0xf4 || (first == 0xf4 && byte(1) > 0x8f);
  return follows(1) && follows(2) && follows(3) && !overlong && !too_large ? 4 : 0;
}

// C0 and C1 controls, delete, and the marks that reorder a line of text (U+202A…E, U+2066…9).
bool is_control(std::string_view character) {
  const auto first = static_cast<uint8_t>(character[0]);
  if (character.size() == 1) return first < 0x20 || first == 0x7f;
  const auto last = static_cast<uint8_t>(character.back());
  if (character.size() == 2) return first == 0xc2 && last < 0xa0;
  if (character.size() == 3 && character.starts_with("\xe2\x80"))
    return last >= 0xaa && last <= 0xae;
  if (character.size() == 3 && character.starts_with("\xe2\x81"))
    return last >= 0xa6 && last <= 0xa9;
  return false;
}

}  // namespace

std::string printable(std::string_view text, size_t limit) {
  std::string result;
  while (!text.empty()) {
    if (result.size() >= limit) return result + "…";
    const size_t length = character_length(text);
    const std::string_view character = text.substr(0, length == 0 ? 1 : length);
    if (length == 0 || is_control(character)) {
      for (char byte : character) result += fmt::format("\\x{:02x}", static_cast<uint8_t>(byte));
    } else {
      result += character;
    }
    text.remove_prefix(character.size());
  }
  return result;
}

}  // namespace reprise
