// A JSON Schema (draft 2020-12) of a config, for editors and for checking files elsewhere.
#include <cmath>
#include <limits>

#include "core/config.h"

namespace reprise {
namespace {

Json section_schema(const FieldDescription& section);

Json type_schema(const std::string& type) {
  if (type == "anything") return Json::object();
  Json schema = {{"type", type == "path" ? "string" : type}};
  if (type == "integer") {
    schema["minimum"] = std::numeric_limits<int64_t>::min();
    schema["maximum"] = std::numeric_limits<int64_t>::max();
  }
  return schema;
}

// A bound as an integer where it is one, so that it is written as 1 and not as 1.0.
Json bound(double number) {
  bool whole = number == std::floor(number) && std::abs(number) < 1e15;
  return whole ? Json(static_cast<int64_t>(number)) : Json(number);
}

void add_bounds(const Range& range, Json& schema) {
  if (!std::isinf(range.low)) {
    schema.erase("minimum");
    schema[range.low_open ? "exclusiveMinimum" : "minimum"] = bound(range.low);
  }
  if (!std::isinf(range.high)) {
    schema.erase("maximum");
    schema[range.high_open ? "exclusiveMaximum" : "maximum"] = bound(range.high);
  }
}

// A field's value, or an element of it when it is a list, with the rules for that.
Json element_schema(const FieldDescription& field) {
  if (field.type == "section") return section_schema(field);
  Json schema = type_schema(field.type);
  for (const Rule& rule : field.rules) {
    if (auto range = std::get_if<Range>(&rule)) add_bounds(*range, schema);
    if (auto choices = std::get_if<Choices>(&rule)) schema["enum"] = choices->names;
  }
  return schema;
}

Json list_schema(const FieldDescription& field) {
  Json schema = {{"type", "array"}, {"items", element_schema(field)}};
  for (const Rule& rule : field.rules) {
    auto count = std::get_if<Count>(&rule);
    if (!count) continue;
    if (count->least > 0) schema["minItems"] = count->least;
    if (count->most != Count{}.most) schema["maxItems"] = count->most;
  }
  return schema;
}

Json field_schema(const FieldDescription& field) {
  Json schema = {{"description", field.documentation}};
  if (field.type != "section" || field.list) schema["default"] = field.default_value;
  Json value = field.list ? list_schema(field) : element_schema(field);
  if (field.takes_one) value = {{"anyOf", {element_schema(field), std::move(value)}}};
  if (field.optional) value = {{"anyOf", {std::move(value), {{"type", "null"}}}}};
  schema.update(value);
  return schema;
}

// "If the choices aren't these, then this key isn't known."
Json condition_schema(const FieldDescription& field) {
  Json choice = {{"properties", Json::object()}};
  Json required = Json::array();
  for (const FieldDescription::Condition& condition : field.conditions) {
    choice["properties"][condition.key] = {{"enum", condition.values}};
    if (!condition.by_default) required.push_back(condition.key);
  }
  if (!required.empty()) choice["required"] = required;
  Json schema = {{"if", choice}};
  if (field.required()) schema["then"] = {{"required", {field.key}}};
  schema["else"] = {{"properties", {{field.key, false}}}};
  return schema;
}

Json object_schema(const FieldDescription& section) {
  Json schema = {{"type", "object"}, {"properties", Json::object()}};
  Json required = Json::array();
  Json conditions = Json::array();
  for (const FieldDescription& field : section.fields) {
    schema["properties"][field.key] = field_schema(field);
    if (!field.conditions.empty()) conditions.push_back(condition_schema(field));
    if (field.required() && field.conditions.empty()) required.push_back(field.key);
  }
  schema["additionalProperties"] = false;
  if (!required.empty()) schema["required"] = required;
  if (!conditions.empty()) schema["allOf"] = conditions;
  return schema;
}

Json section_schema(const FieldDescription& section) {
  Json object = object_schema(section);
  Json forms = Json::array();
  for (const FieldDescription& field : section.fields) {
    if (field.key == section.shorthand) forms.push_back(element_schema(field));
    if (field.key == section.list_shorthand) {
      forms.push_back({{"type", "array"}, {"items", element_schema(field)}});
    }
  }
  if (forms.empty()) return object;
  forms.push_back(std::move(object));
  return {{"anyOf", std::move(forms)}};
}

}  // namespace

Json schema(const FieldDescription& config) {
  Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"}};
  schema.update(object_schema(config));
  Json& properties = schema["properties"];
  properties["$schema"] = {{"description", "the schema of this file, for editors"}};
  properties["base"] = {{"description", "the configuration that this one is based on"},
                        {"type", "string"},
                        {"minLength", 1}};
  return schema;
}

}  // namespace reprise
