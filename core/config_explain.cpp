// Explaining: what a person wants to know about one field of a config.
#include <fmt/format.h>

#include <algorithm>

#include "core/config.h"
#include "core/config_rules.h"
#include "core/json_path.h"
#include "core/suggest.h"

namespace reprise {
namespace {

// "list of numbers", "integer or list of integers", "integer or null", "string"
std::string type_text(const FieldDescription& field) {
  std::string type = field.type;
  if (field.list) type = fmt::format("list of {}", type == "anything" ? type : type + "s");
  if (field.list && field.type == "boolean") type = "list of true or false";
  if (field.takes_one) type = fmt::format("{} or {}", field.type, type);
  if (!field.list && field.type == "boolean") type = "true or false";
  return field.optional ? type + " or null" : type;
}

std::string rules_text(const FieldDescription& field) {
  std::string text;
  for (const Rule& rule : field.rules) text += (text.empty() ? "" : "; ") + to_string(rule);
  return text;
}

std::vector<std::string> keys_of(const FieldDescription& section) {
  std::vector<std::string> keys;
  for (const FieldDescription& field : section.fields) keys.push_back(field.key);
  return keys;
}

const FieldDescription& find(const FieldDescription& config, std::string_view path) {
  const FieldDescription* field = &config;
  std::string at;
  for (const std::string& key : split_path(path)) {
    bool index = !key.empty() &&
                 std::all_of(key.begin(), key.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (field->list && index) {
      at = join_path(at, key);
      continue;
    }
    auto it = std::find_if(field->fields.begin(), field->fields.end(),
                           [&](const FieldDescription& f) { return f.key == key; });
    at = join_path(at, key);
    if (it == field->fields.end()) {
      throw Error(ExitCode::usage, "{}: there is no such field{}", at,
                  did_you_mean(key, keys_of(*field)));
    }
    field = &*it;
  }
  return *field;
}

std::string line(std::string_view label, const std::string& text) {
  return text.empty() ? "" : fmt::format("\n  {:<9} {}", label, text);
}

// The value and where it was set.
std::string value_text(std::string_view path, const ConfigSource& source) {
  std::optional<Place> place = source.given(path);
  const Json* value = source.find(path);
  if (value && place) return fmt::format("{} ({})", dump_json_line(*value), place->text);
  if (value) return fmt::format("{} ({})", dump_json_line(*value), source.place(path).text);
  return "not set: the default holds";
}

// The fields with their documentation and, of a source, the values that hold.
std::string table_of(const FieldDescription& section, std::string_view path,
                     const ConfigSource* source) {
  size_t width = 0;
  for (const std::string& key : keys_of(section)) width = std::max(width, key.size());
  std::string table;
  for (const FieldDescription& field : section.fields) {
    table +=
        fmt::format("\n  {:<{}}  {} ({})", field.key, width, field.documentation, type_text(field));
    if (!source || field.type == "section") continue;
    const Json* given = source->find(join_path(path, field.key));
    table += fmt::format(" = {}", dump_json_line(given ? *given : field.default_value));
  }
  return table;
}

}  // namespace

std::string explain(const FieldDescription& config, std::string_view path,
                    const ConfigSource* source) {
  const FieldDescription& field = find(config, path);
  bool section = field.type == "section";
  std::string text(path.empty() ? "the configuration" : path);
  if (!field.documentation.empty()) text += ": " + field.documentation;
  if (!path.empty()) text += line("type", type_text(field));
  text += line("rules", rules_text(field));
  if (!field.conditions.empty()) text += line("used", "when " + field.condition_text());
  if (!field.shorthand.empty())
    text += line("short", fmt::format("a string is its \"{}\"", field.shorthand));
  if (!field.list_shorthand.empty())
    text += line("short", fmt::format("a list is its \"{}\"", field.list_shorthand));
  if (!section) text += line("default", dump_json_line(field.default_value));
  if (source && !section) text += line("value", value_text(path, *source));
  return section ? text + table_of(field, path, source) : text;
}

}  // namespace reprise
