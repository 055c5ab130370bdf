// JsonCursor: a place in a JSON text that follows the parser's events, to know where each token
// began.
//
// The library reports what it read but not where. The cursor walks over the same text one token
// behind: from the end of one token, the next one begins after blanks, comments, ',' and ':'. It
// relies on the library having accepted the tokens, and stays inside the text whatever they are.
#pragma once

#include <string_view>

#include "core/json.h"

namespace reprise {

class JsonCursor {
 public:
  // first_line: the number of the text's first line in its file.
  explicit JsonCursor(std::string_view text, int first_line = 1)
      : text_(text), position_{first_line, 1} {}

  // Walks to the beginning of the next token (or the end of the text) and returns its place.
  Position next_token();
  // Walks over the token that begins here.
  void skip_token();
  // Walks to `offset`, if that lies ahead.
  void walk_to(size_t offset);

  size_t offset() const { return offset_; }
  Position position() const { return position_; }
  // The character here, or 0 at the end.
  char here() const { return offset_ < text_.size() ? text_[offset_] : '\0'; }
  // ',' or ':' when next_token() passed one since the last token, else 0.
  char separator() const { return separator_; }

 private:
  void step();
  bool skip_comment();

  std::string_view text_;
  size_t offset_ = 0;
  Position position_;
  char separator_ = '\0';
};

}  // namespace reprise
