#include "core/json.h"

#include <fmt/format.h>

#include <cmath>

#include "core/json_path.h"

namespace reprise {
namespace {

constexpr size_t kLineWidth = 100;  // a list of plain values that is longer is written over lines

std::string dumped(const Json& value, bool ascii) {
  return value.dump(-1, ' ', ascii, Json::error_handler_t::replace);
}

bool is_flat(const Json& list) {
  for (const Json& element : list) {
    if (element.is_structured() && !element.empty()) return false;
  }
  return true;
}

// "[0.9, 0.999]"
std::string flat_list(const Json& list) {
  std::string line = "[";
  for (const Json& element : list) {
    if (line.size() > 1) line += ", ";
    line += dumped(element, false);
  }
  line += ']';
  return line;
}

void write(const Json& value, size_t indent, std::string& out);

void write_over_lines(const Json& value, size_t indent, std::string& out) {
  bool object = value.is_object();
  out += object ? "{" : "[";
  bool first = true;
  for (auto it = value.begin(); it != value.end(); ++it) {
    out += first ? "\n" : ",\n";
    out.append(indent + 2, ' ');
    if (object) out.append(dumped(it.key(), false)).append(": ");
    write(*it, indent + 2, out);
    first = false;
  }
  out += '\n';
  out.append(indent, ' ');
  out += object ? '}' : ']';
}

void write(const Json& value, size_t indent, std::string& out) {
  if (!value.is_structured() || value.empty()) {
    out += dumped(value, false);
    return;
  }
  if (value.is_array() && is_flat(value)) {
    std::string line = flat_list(value);
    if (indent + line.size() <= kLineWidth) {
      out += line;
      return;
    }
  }
  write_over_lines(value, indent, out);
}

}  // namespace

const JsonDocument::Node* JsonDocument::find(std::string_view path) const {
  if (nodes_.empty()) return nullptr;
  const Json* value = &value_;
  size_t node = 0;
  for (const std::string& key : split_path(path)) {
    size_t child = node + 1;
    const Json* next = nullptr;
    if (value->is_array()) {
      long index = list_index(key, value->size());
      for (long i = 0; i < index; ++i) child = nodes_[child].next;
      if (index >= 0) next = &(*value)[index];
    } else if (value->is_object()) {
      for (auto it = value->begin(); it != value->end(); ++it, child = nodes_[child].next) {
        if (it.key() != key) continue;
        next = &*it;
        break;
      }
    }
    if (!next) return nullptr;
    value = next;
    node = child;
  }
  return &nodes_[node];
}

Position JsonDocument::value_position(std::string_view path) const {
  const Node* node = find(path);
  return node ? node->value : Position{};
}

Position JsonDocument::key_position(std::string_view path) const {
  const Node* node = find(path);
  return node ? node->key : Position{};
}

std::string JsonDocument::place(std::string_view path) const {
  std::string inner(path);
  const Node* node = find(inner);
  while (!node && !inner.empty()) {
    inner = parent_path(inner);
    node = find(inner);
  }
  if (!node) return file_;
  return fmt::format("{}:{}:{}", file_, node->value.line, node->value.column);
}

std::string dump_json(const Json& value) {
  std::string out;
  write(value, 0, out);
  return out;
}

std::string dump_json_line(const Json& value) { return dumped(value, false); }

std::string dump_json_ascii(const Json& value) { return dumped(value, true); }

const Json* find_member(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string describe_json(const Json& value) {
  constexpr size_t kLongest = 40;
  if (value.is_null()) return "null";
  if (value.is_object()) return value.empty() ? "an empty object" : "an object {…}";
  if (value.is_array()) return value.empty() ? "an empty list" : "a list […]";
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  std::string text = dump_json_ascii(value);
  if (text.size() > kLongest) text = text.substr(0, kLongest - 2) + "…";
  return (value.is_string() ? "the string " : "the number ") + text;
}

}  // namespace reprise
