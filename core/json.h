// JSON, read with care: the one place that knows the JSON library (nlohmann/json).
//
// What is read is refused with "file:line:column: sentence" when it is too large, too deep, not
// UTF-8, has a key twice, a number that a double can't hold, or bad syntax. Comments (// and /* */)
// are allowed. No exception of the library leaves these functions.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace reprise {

// Objects keep the order of their keys. Looking up a key is linear: iterate over large objects.
using Json = nlohmann::ordered_json;

struct JsonLimits {
  size_t bytes = size_t{16} << 20;
  size_t values = 1'000'000;  // bounds the memory: with its key, one takes up to 250 bytes
  int depth = 64;             // whoever walks a tree may recurse
};

// A place in a text, from 1; columns count characters, not bytes.
struct Position {
  int line = 0;
  int column = 0;
  auto operator<=>(const Position&) const = default;
};

// A value, and where each key and each value of it was written.
class JsonDocument {
 public:
  const Json& value() const { return value_; }
  const std::string& file() const { return file_; }

  // Where the value at `path` (see json_path.h) begins, and where its key does (an element of a
  // list has no key: its value). Line 0 when the document has no such path.
  Position value_position(std::string_view path) const;
  Position key_position(std::string_view path) const;
  bool has(std::string_view path) const { return value_position(path).line > 0; }

  // "file:line:column" of the value at `path`, or of the nearest value around it: for messages.
  std::string place(std::string_view path) const;

 private:
  friend class JsonReader;
  // The values in the order of the text; the children of a value follow it.
  struct Node {
    Position key;
    Position value;
    uint32_t next;  // the first node after this value and its children
  };
  const Node* find(std::string_view path) const;

  Json value_;
  std::string file_;
  std::vector<Node> nodes_;
};

// first_line: the number of the text's first line in its file, for a file with a value per line.
// Throws ConfigError if `code` is config, DataError if it is data, and Error with `code` otherwise.
JsonDocument parse_json(std::string_view text, const std::string& file_name,
                        ExitCode code = ExitCode::data, const JsonLimits& limits = {},
                        int first_line = 1);

// The same for a file; also throws Error: no_input when it is missing or a folder, no_permission,
// io.
JsonDocument read_json(const std::filesystem::path& file, ExitCode code = ExitCode::data,
                       const JsonLimits& limits = {});

// Over several lines, two spaces a level; lists of plain values stay on one line. Ends without a
// line break. Numbers keep all their bits; infinities and NaN, which JSON doesn't have, become
// null.
std::string dump_json(const Json& value);
// On one line, for files with a value per line. Numbers as above.
std::string dump_json_line(const Json& value);
// On one line in printable ASCII, everything else escaped: for messages on a terminal.
std::string dump_json_ascii(const Json& value);

// The value under a key; nullptr when that is null or not there, or `object` isn't an object.
const Json* find_member(const Json& object, std::string_view key);

// A value as a message shows it: "a string "abc"", "the number 3", "a list", … Short, printable
// ASCII.
std::string describe_json(const Json& value);

}  // namespace reprise
