// Binding: the values of a tree become the fields of a struct, and everything wrong is collected.
#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <set>

#include "core/config.h"
#include "core/config_rules.h"
#include "core/config_unknown.h"
#include "core/json_path.h"

namespace reprise {
namespace {

// Binds one value after the other, whatever their types. One that doesn't fit is a problem and
// leaves its field as it was.
class Binder {
 public:
  explicit Binder(const ConfigSource& source) : source_(source), problems_(source) {}

  void bind_root(StructValue& config);
  void bind(const Value& value, const Json& json, const std::string& path) {
    std::visit([&](const auto& v) { return bind_to(v, json, path); }, value);
  }
  // `object` is the section at `path`. With a `short_key`, the section was written as a plain
  // string or list and `object` is {short_key: that}.
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
  const ConfigSource& source_;
  Problems problems_;
  UnknownKeys unknown_;
  std::set<std::string> misfits_;  // paths of values of the wrong type: rules don't concern them
};

// Binds the fields that the struct of one section lists, and remembers their keys.
class SectionBinder final : public Fields {
 public:
  SectionBinder(Binder& binder, const Json& object, std::string path, std::string short_key)
      : binder_(binder),
        object_(object),
        path_(std::move(path)),
        short_key_(std::move(short_key)) {}

  void note_unknown_keys(StructValue& config) {
    binder_.unknown_.note(config, object_, path_, keys_, wrong_choice_);
  }

 private:
  void visit(const std::string& key, const Value& value, std::string_view) override {
    keys_.push_back(key);
    value_ = value;
    at_ = key == short_key_ ? path_ : join_path(path_, key);
    auto it = object_.find(key);
    given_ = it != object_.end();
    one_ = given_ && !it->is_array();
    if (given_) {
      binder_.bind(value, *it, at_);
    } else {
      bind_absent();
    }
  }

  // A section that isn't there may still lack required fields; an optional may have been set to
  // null.
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
      std::string at = part.empty() || one_ ? at_ : join_path(at_, part);
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
  bool one_ = false;  // given, and not in brackets: a list's only element is the field itself
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

void Binder::bind_to(Json* value, const Json& json, const std::string&) { *value = json; }

void Binder::bind_to(const std::shared_ptr<StructValue>& value, const Json& json,
                     const std::string& path) {
  if (json.is_object()) return bind_section(*value, json, path, "");
  const bool takes_text = !value->shorthand_key().empty();
  const bool takes_list = !value->list_shorthand_key().empty();
  const bool fits = (takes_text && json.is_string()) || (takes_list && json.is_array());
  if (!fits) {
    return refuse(path, fmt::format("{}{}an object {{…}}", takes_text ? "a string or " : "",
                                    takes_list ? "a list […] or " : ""), json);
  }
  const std::string key(json.is_array() ? value->list_shorthand_key() : value->shorthand_key());
  Json object = Json::object();
  object[key] = json;
  return bind_section(*value, object, path, key);
}

void Binder::bind_to(const std::shared_ptr<ListValue>& value, const Json& json,
                     const std::string& path) {
  if (!json.is_array() && !value->takes_one()) return refuse(path, "a list […]", json);
  value->clear();
  if (!json.is_array()) {
    value->append([&](const Value& element) { bind(element, json, path); });
    return;
  }
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
  const size_t before = problems_.count();
  SectionBinder section(*this, object, path, short_key);
  config.fields(section);
  section.note_unknown_keys(config);
  // Rules between fields may rely on each field being right: no division by a wrong zero. A
  // misspelt key doesn't stop them: the field that it meant keeps a default that is right.
  if (problems_.count() == before) {
    std::string outside = problems_.enter(path);
    config.check(problems_);
    problems_.enter(outside);
  }
}

void Binder::bind_root(StructValue& config) {
  bind_section(config, source_.tree(), "", "");
  unknown_.report(problems_);
  problems_.raise();
}

}  // namespace

namespace detail {

void bind_config(StructValue& config, const ConfigSource& source) {
  Binder(source).bind_root(config);
}

}  // namespace detail
}  // namespace reprise
