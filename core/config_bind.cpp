// Binding: the values of a tree become the fields of a struct, and everything wrong is collected.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "core/config.h"
#include "core/config_rules.h"
#include "core/json_path.h"
#include "core/suggest.h"

namespace reprise {
namespace {

constexpr size_t kMostUnknown = 100;  // as many as are shown; suggestions for more only cost time

struct UnknownKey {
  std::string section;
  std::string key;
  std::vector<std::string> siblings;  // the keys that this section knows, under any choice
  std::string used_when;              // the condition, when it is one of them
};

// The path of a section with "0" for every index: all elements of a list know the same keys.
std::string pattern_of(const std::string& path) {
  std::string pattern;
  for (const std::string& key : split_path(path)) {
    bool index = !key.empty() && key.find_first_not_of("0123456789") == std::string::npos;
    pattern = join_path(pattern, index ? "0" : key);
  }
  return pattern;
}

// Binds one value after the other, whatever their types. One that doesn't fit is a problem and leaves
// its field as it was.
class Binder {
 public:
  explicit Binder(const ConfigSource& source) : source_(source), problems_(source) {}

  void bind_root(StructValue& config);
  void bind(const Value& value, const Json& json, const std::string& path) {
    std::visit([&](const auto& v) { return bind_to(v, json, path); }, value);
  }
  // `object` is the section at `path`. With a `short_key`, the section was written as a plain string
  // and `object` is {short_key: string}.
  void bind_section(StructValue& config, const Json& object, const std::string& path,
                    const std::string& short_key);

 private:
  friend class SectionBinder;

  void bind_to(bool* value, const Json& json, const std::string& path);
  void bind_to(int64_t* value, const Json& json, const std::string& path);
  void bind_to(double* value, const Json& json, const std::string& path);
  void bind_to(std::string* value, const Json& json, const std::string& path);
  void bind_to(std::filesystem::path* value, const Json& json, const std::string& path);
  void bind_to(Json* value, const Json& json, const std::string& path);
  void bind_to(const std::shared_ptr<StructValue>& value, const Json& json,
               const std::string& path);
  void bind_to(const std::shared_ptr<ListValue>& value, const Json& json, const std::string& path);
  void bind_to(const std::shared_ptr<OptionalValue>& value, const Json& json,
               const std::string& path);

  std::optional<std::string> text_of(const Json& json, const std::string& path) const;
  void refuse(const std::string& path, std::string_view expected, const Json& found);
  std::string hint(const UnknownKey& unknown) const;
  std::string hint_elsewhere(const UnknownKey& unknown) const;
  size_t trouble() const { return problems_.count() + unknown_.size() + more_unknown_; }

  const ConfigSource& source_;
  Problems problems_;
  std::vector<UnknownKey> unknown_;
  size_t more_unknown_ = 0;
  std::map<std::string, std::vector<std::string>> known_;  // the keys of each section, by its pattern
  std::set<std::string> misfits_;  // paths of values of the wrong type: rules don't concern them
};

// Binds the fields that the struct of one section lists, and remembers their keys.
class SectionBinder final : public Fields {
 public:
  SectionBinder(Binder& binder, const Json& object, std::string path, std::string short_key)
      : binder_(binder), object_(object), path_(std::move(path)), short_key_(std::move(short_key)) {}

  void note_unknown_keys(StructValue& config) {
    binder_.known_.emplace(pattern_of(path_), keys_);
    std::optional<FieldDescription> section;  // made for the first unknown key
    for (auto it = object_.begin(); it != object_.end(); ++it) {
      if (std::find(keys_.begin(), keys_.end(), it.key()) != keys_.end()) continue;
      if (binder_.unknown_.size() >= kMostUnknown) {
        ++binder_.more_unknown_;
        continue;
      }
      if (!section) section = detail::describe_config(config);
      note_unknown_key(it.key(), *section);
    }
  }

 private:
  void note_unknown_key(const std::string& key, const FieldDescription& section) {
    UnknownKey unknown{path_, key, {}, ""};
    for (const FieldDescription& field : section.fields) {
      if (field.key == key) unknown.used_when = field.condition_text();
      unknown.siblings.push_back(field.key);
    }
    // Once the choice has been mended, this key may well be one that it knows.
    if (!unknown.used_when.empty() && wrong_choice_) return;
    binder_.unknown_.push_back(std::move(unknown));
  }

  void visit(const std::string& key, const Value& value, std::string_view) override {
    keys_.push_back(key);
    value_ = value;
    at_ = key == short_key_ ? path_ : join_path(path_, key);
    auto it = object_.find(key);
    given_ = it != object_.end();
    if (given_) {
      binder_.bind(value, *it, at_);
    } else {
      bind_absent();
    }
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
    bool fits = given_ && binder_.misfits_.count(at_) == 0;
    if (given_ && !fits && choice) wrong_choice_ = true;
    if (!fits) return;
    check_rule(rule, value_, [&](std::string_view part, const std::string& sentence) {
      std::string at = part.empty() ? at_ : join_path(at_, part);
      if (binder_.misfits_.count(at) > 0) return;
      binder_.problems_.add(at, sentence);
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
};

void Binder::refuse(const std::string& path, std::string_view expected, const Json& found) {
  misfits_.insert(path);
  problems_.add(path, fmt::format("expected {}, found {}", expected, describe_json(found)));
}

void Binder::bind_to(bool* value, const Json& json, const std::string& path) {
  if (!json.is_boolean()) return refuse(path, "true or false", json);
  *value = json.get<bool>();
}

void Binder::bind_to(int64_t* value, const Json& json, const std::string& path) {
  constexpr double kEnd = 9223372036854775808.0;  // 2^63
  if (!json.is_number()) return refuse(path, "an integer", json);
  if (json.is_number_float()) {
    double number = json.get<double>();
    if (number != std::floor(number)) return refuse(path, "an integer", json);
    // An integer just below -2^63 was rounded to it, hence no '<'.
    if (number <= -kEnd || number >= kEnd) return refuse(path, "an integer of 64 bits", json);
    *value = static_cast<int64_t>(number);
    return;
  }
  if (json.is_number_unsigned() && json.get<uint64_t>() > INT64_MAX) {
    return refuse(path, "an integer of 64 bits", json);
  }
  *value = json.get<int64_t>();
}

void Binder::bind_to(double* value, const Json& json, const std::string& path) {
  if (!json.is_number()) return refuse(path, "a number", json);
  *value = json.get<double>();
}

std::optional<std::string> Binder::text_of(const Json& json, const std::string& path) const {
  if (json.is_string()) return json.get<std::string>();
  // --set name=2024: nobody quotes that for the shell and then once more for JSON.
  const std::string* text = json.is_primitive() ? source_.override_text(path) : nullptr;
  return text ? std::optional(*text) : std::nullopt;
}

void Binder::bind_to(std::string* value, const Json& json, const std::string& path) {
  std::optional<std::string> text = text_of(json, path);
  if (!text) return refuse(path, "a string", json);
  *value = *text;
}

void Binder::bind_to(std::filesystem::path* value, const Json& json, const std::string& path) {
  std::optional<std::string> text = text_of(json, path);
  if (!text || text->find('\0') != std::string::npos) return refuse(path, "a path", json);
  std::filesystem::path folder = source_.place(path).folder;
  *value = text->empty() ? std::filesystem::path()
                         : std::filesystem::absolute(folder / *text).lexically_normal();
}

void Binder::bind_to(Json* value, const Json& json, const std::string&) {
  *value = json;
}

void Binder::bind_to(const std::shared_ptr<StructValue>& value, const Json& json,
                     const std::string& path) {
  if (json.is_object()) return bind_section(*value, json, path, "");
  std::string key(value->shorthand_key());
  if (key.empty()) return refuse(path, "an object {…}", json);
  if (!json.is_string()) return refuse(path, "a string or an object {…}", json);
  Json object = Json::object();
  object[key] = json;
  return bind_section(*value, object, path, key);
}

void Binder::bind_to(const std::shared_ptr<ListValue>& value, const Json& json,
                     const std::string& path) {
  if (!json.is_array()) return refuse(path, "a list […]", json);
  value->clear();
  for (size_t i = 0; i < json.size(); ++i) {
    std::string at = join_path(path, std::to_string(i));
    value->append([&](const Value& element) { bind(element, json[i], at); });
  }
}

void Binder::bind_to(const std::shared_ptr<OptionalValue>& value, const Json& json,
                     const std::string& path) {
  if (json.is_null()) {
    value->reset();
    return;
  }
  value->emplace([&](const Value& content) { bind(content, json, path); });
}

void Binder::bind_section(StructValue& config, const Json& object, const std::string& path,
                          const std::string& short_key) {
  size_t before = trouble();
  SectionBinder section(*this, object, path, short_key);
  config.fields(section);
  section.note_unknown_keys(config);
  // Rules between fields may rely on each field being right: no division by a wrong zero.
  if (trouble() == before) {
    std::string outside = problems_.enter(path);
    config.check(problems_);
    problems_.enter(outside);
  }
}

// "; did you mean "hidden_size"?", "; it belongs under "optimizer"", or nothing.
std::string Binder::hint(const UnknownKey& unknown) const {
  if (!unknown.used_when.empty()) return "; it is used only when " + unknown.used_when;
  const std::string* sibling = nearest(unknown.key, unknown.siblings);
  bool near = sibling && edit_distance(*sibling, unknown.key) <= 1;
  std::string elsewhere = near ? "" : hint_elsewhere(unknown);
  if (!elsewhere.empty()) return elsewhere;
  return sibling ? fmt::format("; did you mean \"{}\"?", *sibling) : "";
}

// The sections that know exactly this key.
std::string Binder::hint_elsewhere(const UnknownKey& unknown) const {
  std::string sections;
  for (const auto& [section, keys] : known_) {
    if (std::find(keys.begin(), keys.end(), unknown.key) == keys.end()) continue;
    if (section == pattern_of(unknown.section)) continue;
    sections += sections.empty() ? "" : " or ";
    sections += section.empty() ? "at the top" : fmt::format("under \"{}\"", section);
  }
  return sections.empty() ? "" : "; it belongs " + sections;
}

void Binder::bind_root(StructValue& config) {
  bind_section(config, source_.tree(), "", "");
  for (const UnknownKey& unknown : unknown_) {
    problems_.add_to_key(join_path(unknown.section, unknown.key), "unknown key" + hint(unknown));
  }
  problems_.add_unshown(more_unknown_);
  problems_.raise();
}

}  // namespace

namespace detail {

void bind_config(StructValue& config, const ConfigSource& source) {
  Binder(source).bind_root(config);
}

}  // namespace detail
}  // namespace reprise
