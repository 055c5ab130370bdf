#include "core/json_path.h"

#include <algorithm>
#include <charconv>

#include "core/json.h"

namespace reprise {
namespace {

bool is_plain(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '$';
  });
}

// The end of the quoted key that begins at `begin`: one after the closing quote, or npos.
size_t end_of_quoted(std::string_view path, size_t begin) {
  for (size_t i = begin + 1; i < path.size(); ++i) {
    if (path[i] == '\\')
      ++i;
    else if (path[i] == '"')
      return i + 1;
  }
  return std::string_view::npos;
}

// The end of the key that begins at `begin`. Throws when a quoted key has no end, or more after it.
size_t end_of_key(std::string_view path, size_t begin) {
  if (begin >= path.size() || path[begin] != '"')
    return std::min(path.find('.', begin), path.size());
  size_t end = end_of_quoted(path, begin);
  if (end == std::string_view::npos || (end < path.size() && path[end] != '.')) {
    throw Error(ExitCode::usage, "the path {} has a quoted key without an end", path);
  }
  return end;
}

std::string unquoted(std::string_view key) {
  if (key.empty() || key[0] != '"') return std::string(key);
  return parse_json(key, "path", ExitCode::usage).value().get<std::string>();
}

}  // namespace

std::string join_path(std::string_view parent, std::string_view key) {
  std::string last = is_plain(key) ? std::string(key) : dump_json_ascii(std::string(key));
  return parent.empty() ? last : std::string(parent) + "." + last;
}

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> keys;
  if (path.empty()) return keys;
  for (size_t begin = 0; begin <= path.size();) {
    size_t end = end_of_key(path, begin);
    keys.push_back(unquoted(path.substr(begin, end - begin)));
    begin = end + 1;
  }
  return keys;
}

std::string parent_path(std::string_view path) {
  size_t last = 0;
  for (size_t begin = 0; begin <= path.size(); begin = end_of_key(path, begin) + 1) last = begin;
  return std::string(path.substr(0, last == 0 ? 0 : last - 1));
}

long list_index(std::string_view key, size_t size) {
  long index = -1;
  auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), index);
  if (error != std::errc() || end != key.data() + key.size()) return -1;
  return index >= 0 && static_cast<size_t>(index) < size ? index : -1;
}

}  // namespace reprise
