// Typed configurations. A struct lists each field once, with default, documentation and rules:
//
//   struct OptimizerConfig {
//     std::string type = "adamw";
//     double learning_rate = 1e-3;
//     std::vector<double> betas = {0.9, 0.999};
//
//     void fields(Fields& f) {
//       f("type", type, "the update rule").one_of({"sgd", "adam", "adamw", "lamb"});
//       f("learning_rate", learning_rate, "peak rate, reached after warm-up").at_least(0);
//       f("betas", betas, "decay of the two moments").between(0, 1).count(2);
//     }
//     void check(Problems& problems) const;  // optional: rules between fields
//   };
//
// From that list come reading, defaults, errors with places and suggestions, documentation, a JSON
// schema, and the resolved configuration.
//
// Field types: bool, int64_t (3.0 and 1e3 are integers, 3.5 isn't), double, std::string,
// std::filesystem::path (relative to the file that it is written in; bound as an absolute path),
// Json (anything), structs with fields(), and of those std::vector, OneOrMore (a list that may be
// written as one element) and std::optional (null: unset).
//
// - Fields are bound in order, so later ones may depend on earlier ones: if (type == "text") f(…).
// - check() runs only when everything in the struct could be bound, so it may divide by what
//   at_least kept from being zero.
// - A struct with `static const char* shorthand_key()` may be written as a plain string, which then
//   stands for that field: "sharing": "all" is "sharing": {"strategy": "all"}. The same for a list,
//   with list_shorthand_key().
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/config_fields.h"
#include "core/config_problems.h"
#include "core/config_source.h"
#include "core/config_value.h"

namespace reprise {

// What is known about a field, apart from its value in one configuration.
struct FieldDescription {
  // The field is listed only while the field `key` of the same struct has one of `values`.
  struct Condition {
    std::string key;
    std::vector<Json> values;
    bool by_default = false;  // the default of `key` is among them
  };

  std::string key;
  std::string documentation;
  std::string type;       // boolean, integer, number, string, path, anything, section
  bool list = false;      // a list of that type
  bool takes_one = false;  // the list may be written as one element
  bool optional = false;  // may be null
  std::string shorthand;  // of a section that may be written as a string: the key it stands for
  std::string list_shorthand;  // the same for a list
  Json default_value;
  std::vector<Rule> rules;
  std::vector<Condition> conditions;     // all must hold
  std::vector<FieldDescription> fields;  // of a section, or of each section of a list

  bool required() const;
  // "strategy is "groups" or "cycle" and …"; "" without conditions.
  std::string condition_text() const;
};

namespace detail {
void bind_config(StructValue& config, const ConfigSource& source);
Json dump_config(StructValue& config);
FieldDescription describe_config(StructValue& config);
}  // namespace detail

// Throws ConfigError with everything that is wrong, one line each.
template <ConfigStruct T>
T bind(const ConfigSource& source) {
  T config;
  detail::StructOf<T> view(config);
  detail::bind_config(view, source);
  return config;
}

// All fields in the order of their declaration, paths absolute: reading it gives the same config.
template <ConfigStruct T>
Json dump(T config) {
  detail::StructOf<T> view(config);
  return detail::dump_config(view);
}

// The fields and their defaults, those that depend on a choice included.
template <ConfigStruct T>
FieldDescription describe(T config = {}) {
  detail::StructOf<T> view(config);
  return detail::describe_config(view);
}

// A schema (JSON Schema, draft 2020-12) that accepts what bind() accepts, up to rules in check().
Json schema(const FieldDescription& config);

// What is known about the field at `path`, over several lines: documentation, type, rules, default,
// and, given a source, where it was set. For a section, its fields. Throws Error (usage) with a
// suggestion when there is no such field.
std::string explain(const FieldDescription& config, std::string_view path,
                    const ConfigSource* source = nullptr);

}  // namespace reprise
