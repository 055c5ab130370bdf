#include "core/json_cursor.h"

namespace reprise {
namespace {

bool in(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

// The bytes of a character after its first, in UTF-8.
bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

void JsonCursor::step() {
  if (offset_ >= text_.size()) return;
  char c = text_[offset_++];
  if (c == '\n') {
    position_ = {position_.line + 1, 1};
  } else if (offset_ >= text_.size() || !is_continuation(text_[offset_])) {
    ++position_.column;
  }
}

void JsonCursor::walk_to(size_t offset) {
  while (offset_ < offset && offset_ < text_.size()) step();
}

bool JsonCursor::skip_comment() {
  std::string_view rest = text_.substr(offset_);
  if (rest.starts_with("//")) {
    walk_to(offset_ + std::min(rest.find_first_of("\r\n"), rest.size()));
    return true;
  }
  size_t end = rest.starts_with("/*") ? rest.find("*/", 2) : std::string_view::npos;
  if (end == std::string_view::npos) return false;
  walk_to(offset_ + end + 2);
  return true;
}

Position JsonCursor::next_token() {
  while (offset_ < text_.size()) {
    if (in(here(), " \t\r\n")) {
      step();
    } else if (in(here(), ",:")) {
      separator_ = here();
      step();
    } else if (!skip_comment()) {
      break;
    }
  }
  return position_;
}

void JsonCursor::skip_token() {
  separator_ = '\0';
  if (here() == '"') {
    step();
    while (offset_ < text_.size() && here() != '"') {
      if (here() == '\\') step();
      step();
    }
    step();
  } else if (in(here(), "{}[]")) {
    step();
  } else {
    while (offset_ < text_.size() && !in(here(), " \t\r\n,:{}[]\"/")) step();
  }
}

}  // namespace reprise
