// Binding: the values of a tree become the fields of a struct, and everything wrong is collected.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/config.h"
#include "core/config_rules.h"
#include "core/json_path.h"
#include "core/suggest.h"

namespace reprise {
namespace {

struct UnknownKey {
  std::string section;
  std::string key;
  std::vector<std::string> siblings;  // the keys that this section knows
  bool uncertain;  // a choice in this section is wrong, and what it knows may depend on that choice
};

// Binds one field after the other, whatever their types; `bind` says whether the value fits. If not,
// it has added a problem and left the field as it was.
class Binder {
 public:
  explicit Binder(const ConfigSource& source) : source_(source), problems_(source) {}

  void bind_root(StructValue& config);
  bool bind(const Value& value, const Json& json, const std::string& path) {
    return std::visit([&](const auto& v) { return bind_to(v, json, path); }, value);
  }
  // `object` is the section at `path`. With a `short_key`, the section was written as a plain string
  // and `object` is {short_key: string}.
  bool bind_section(StructValue& config, const Json& object, const std::string& path,
                    const std::string& short_key);

 private:
  friend class SectionBinder;

  bool bind_to(bool* value, const Json& json, const std::string& path);
  bool bind_to(int64_t* value, const Json& json, const std::string& path);
  bool bind_to(double* value, const Json& json, const std::string& path);
  bool bind_to(std::string* value, const Json& json, const std::string& path);
  bool bind_to(std::filesystem::path* value, const Json& json, const std::string& path);
  bool bind_to(Json* value, const Json& json, const std::string& path);
  bool bind_to(const std::shared_ptr<StructValue>& value, const Json& json,
               const std::string& path);
  bool bind_to(const std::shared_ptr<ListValue>& value, const Json& json, const std::string& path);
  bool bind_to(const std::shared_ptr<OptionalValue>& value, const Json& json,
               const std::string& path);

  bool refuse(const std::string& path, std::string_view expected, const Json& found);
  std::string hint(const UnknownKey& unknown) const;
  size_t trouble() const { return problems_.count() + unknown_.size(); }

  const ConfigSource& source_;
  Problems problems_;
  std::vector<UnknownKey> unknown_;
  std::vector<std::pair<std::string, std::string>> known_;  // section and key of every field listed
};

// Binds the fields that the struct of one section lists, and remembers their keys.
class SectionBinder final : public Fields {
 public:
  SectionBinder(Binder& binder, const Json& object, std::string path, std::string short_key)
      : binder_(binder), object_(object), path_(std::move(path)), short_key_(std::move(short_key)) {}

  void note_unknown_keys() {
    for (auto it = object_.begin(); it != object_.end(); ++it) {
      if (std::find(keys_.begin(), keys_.end(), it.key()) != keys_.end()) continue;
      binder_.unknown_.push_back({path_, it.key(), keys_, wrong_choice_});
    }
  }

 private:
  void visit(const std::string& key, const Value& value, std::string_view) override {
    keys_.push_back(key);
    binder_.known_.emplace_back(path_, key);
    value_ = value;
    at_ = key == short_key_ ? path_ : join_path(path_, key);
    auto it = object_.find(key);
    given_ = it != object_.end();
    bound_ = given_ && binder_.bind(value, *it, at_);
    if (!given_) bind_absent();
  }

  // A section that isn't there may still lack required fields; an optional may have been set to null.
  void bind_absent() {
    if (auto section = std::get_if<std::shared_ptr<StructValue>>(&value_)) {
      binder_.bind_section(**section, Json::object(), at_, "");
    } else if (auto optional = std::get_if<std::shared_ptr<OptionalValue>>(&value_)) {
      if (binder_.source_.removed(at_)) (*optional)->reset();
    }
  }

  void rule(const Rule& rule) override {
    if (std::holds_alternative<Required>(rule)) {
      if (!given_) binder_.problems_.add(at_, "is required and wasn't given");
      return;
    }
    bool choice = std::holds_alternative<Choices>(rule);
    if (given_ && !bound_ && choice) wrong_choice_ = true;
    if (!bound_) return;
    check_rule(rule, value_, [&](std::string_view part, const std::string& sentence) {
      binder_.problems_.add(part.empty() ? at_ : join_path(at_, part), sentence);
      wrong_choice_ = wrong_choice_ || choice;
    });
  }

  Binder& binder_;
  const Json& object_;
  std::string path_;
  std::string short_key_;
  std::vector<std::string> keys_;
  bool wrong_choice_ = false;
  // The field visited last, which rules are about.
  Value value_;
  std::string at_;
  bool given_ = false;
  bool bound_ = false;
};

bool Binder::refuse(const std::string& path, std::string_view expected, const Json& found) {
  problems_.add(path, fmt::format("expected {}, found {}", expected, describe_json(found)));
  return false;
}

bool Binder::bind_to(bool* value, const Json& json, const std::string& path) {
  if (!json.is_boolean()) return refuse(path, "true or false", json);
  *value = json.get<bool>();
  return true;
}

bool Binder::bind_to(int64_t* value, const Json& json, const std::string& path) {
  constexpr double kEnd = 9223372036854775808.0;  // 2^63
  if (!json.is_number()) return refuse(path, "an integer", json);
  if (json.is_number_float()) {
    double number = json.get<double>();
    if (number != std::floor(number)) return refuse(path, "an integer", json);
    if (number < -kEnd || number >= kEnd) return refuse(path, "an integer of 64 bits", json);
    *value = static_cast<int64_t>(number);
    return true;
  }
  if (json.is_number_unsigned() && json.get<uint64_t>() > INT64_MAX) {
    return refuse(path, "an integer of 64 bits", json);
  }
  *value = json.get<int64_t>();
  return true;
}

bool Binder::bind_to(double* value, const Json& json, const std::string& path) {
  if (!json.is_number()) return refuse(path, "a number", json);
  *value = json.get<double>();
  return true;
}

bool Binder::bind_to(std::string* value, const Json& json, const std::string& path) {
  if (json.is_string()) {
    *value = json.get<std::string>();
    return true;
  }
  // --set name=2024: nobody quotes that for the shell and then once more for JSON.
  const std::string* text = json.is_primitive() ? source_.override_text(path) : nullptr;
  if (!text) return refuse(path, "a string", json);
  *value = *text;
  return true;
}

bool Binder::bind_to(std::filesystem::path* value, const Json& json, const std::string& path) {
  std::string text;
  if (!bind_to(&text, json, path)) return false;
  if (text.find('\0') != std::string::npos) return refuse(path, "a path", json);
  std::filesystem::path folder = source_.place(path).folder;
  *value = text.empty() ? std::filesystem::path()
                        : std::filesystem::absolute(folder / text).lexically_normal();
  return true;
}

bool Binder::bind_to(Json* value, const Json& json, const std::string&) {
  *value = json;
  return true;
}

bool Binder::bind_to(const std::shared_ptr<StructValue>& value, const Json& json,
                     const std::string& path) {
  if (json.is_object()) return bind_section(*value, json, path, "");
  std::string key(value->shorthand_key());
  if (key.empty()) return refuse(path, "an object {…}", json);
  if (!json.is_string()) return refuse(path, "a string or an object {…}", json);
  Json object = Json::object();
  object[key] = json;
  return bind_section(*value, object, path, key);
}

bool Binder::bind_to(const std::shared_ptr<ListValue>& value, const Json& json,
                     const std::string& path) {
  if (!json.is_array()) return refuse(path, "a list […]", json);
  value->clear();
  bool all = true;
  for (size_t i = 0; i < json.size(); ++i) {
    std::string at = join_path(path, std::to_string(i));
    value->append([&](const Value& element) { all = bind(element, json[i], at) && all; });
  }
  return all;
}

bool Binder::bind_to(const std::shared_ptr<OptionalValue>& value, const Json& json,
                     const std::string& path) {
  if (json.is_null()) {
    value->reset();
    return true;
  }
  bool bound = false;
  value->emplace([&](const Value& content) { bound = bind(content, json, path); });
  return bound;
}

bool Binder::bind_section(StructValue& config, const Json& object, const std::string& path,
                          const std::string& short_key) {
  size_t before = trouble();
  SectionBinder section(*this, object, path, short_key);
  config.fields(section);
  section.note_unknown_keys();
  // Rules between fields may rely on each field being right: no division by a wrong zero.
  if (trouble() == before) {
    std::string outside = problems_.enter(path);
    config.check(problems_);
    problems_.enter(outside);
  }
  return trouble() == before;
}

// "; did you mean "hidden_size"?", "; it belongs under "optimizer"", or nothing.
std::string Binder::hint(const UnknownKey& unknown) const {
  const std::string* sibling = nearest(unknown.key, unknown.siblings);
  bool exact = sibling && edit_distance(*sibling, unknown.key) <= 1;
  if (!exact) {
    std::string sections;
    for (const auto& [section, key] : known_) {
      if (key != unknown.key || section == unknown.section) continue;
      std::string name = section.empty() ? "at the top" : fmt::format("under \"{}\"", section);
      sections += (sections.empty() ? "" : " or ") + name;
    }
    if (!sections.empty()) return fmt::format("; it belongs {}", sections);
  }
  if (sibling) return fmt::format("; did you mean \"{}\"?", *sibling);
  std::vector<std::string> elsewhere;
  for (const auto& [section, key] : known_) elsewhere.push_back(key);
  const std::string* other = nearest(unknown.key, elsewhere);
  if (!other) return "";
  for (const auto& [section, key] : known_) {
    if (key == *other) return fmt::format("; did you mean \"{}\"?", join_path(section, key));
  }
  return "";
}

void Binder::bind_root(StructValue& config) {
  bind_section(config, source_.tree(), "", "");
  for (const UnknownKey& unknown : unknown_) {
    // The first hundred are shown; for the rest, looking for suggestions would only cost time.
    std::string suggestion = problems_.count() < 100 ? hint(unknown) : "";
    if (unknown.uncertain && suggestion.empty() && problems_.count() > 0) continue;
    problems_.add_to_key(join_path(unknown.section, unknown.key), "unknown key" + suggestion);
  }
  problems_.raise();
}

}  // namespace

namespace detail {

void bind_config(StructValue& config, const ConfigSource& source) {
  Binder(source).bind_root(config);
}

}  // namespace detail
}  // namespace reprise
