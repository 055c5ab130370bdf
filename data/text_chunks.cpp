#include "data/text_chunks.h"

#include <cstdint>

namespace reprise {

namespace {

bool continues_character(char byte) { return (static_cast<uint8_t>(byte) & 0xC0) == 0x80; }

// The last place up to `most` at which a code point begins. In bytes that are no UTF-8, `most`.
size_t character_begin(std::string_view text, size_t most) {
  for (size_t at = most; at + 4 > most; --at) {
    if (!continues_character(text[at])) return at;
  }
  return most;
}

}  // namespace

std::string_view take_chunk(std::string_view& rest, size_t most) {
  std::string_view chunk = rest;
  if (rest.size() <= most) {
    rest = {};
    return chunk;
  }
  const size_t space = rest.rfind(' ', most);
  const bool at_space = space != std::string_view::npos && space > most / 2;
  chunk = rest.substr(0, at_space ? space : character_begin(rest, most));
  rest.remove_prefix(chunk.size() + (at_space ? 1 : 0));
  return chunk;
}

}  // namespace reprise
