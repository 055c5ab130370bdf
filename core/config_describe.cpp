// Describing: which fields a struct has, those included that it lists only for some choices.
//
// fields() is run once with the defaults, and once more for every choice that a field turns out to
// have (the names of one_of, true and false): what is listed then but not before depends on it.
#include <algorithm>
#include <map>

#include "core/config.h"

namespace reprise {
namespace {

// Values to put into fields as they are listed, instead of the defaults.
using Choice = std::map<std::string, Json>;

// Lists the fields of one struct as they are under one choice.
class Describer final : public Fields {
 public:
  explicit Describer(const Choice& choice) : choice_(choice) {}
  std::vector<FieldDescription> fields;

 private:
  void visit(const std::string& key, const Value& value, std::string_view documentation) override;
  void rule(const Rule& rule) override { fields.back().rules.push_back(rule); }

  const Choice& choice_;
};

void describe_value(const Value& value, FieldDescription& field);

void describe(bool* value, FieldDescription& field) {
  field.type = "boolean";
  field.default_value = *value;
}
void describe(int64_t* value, FieldDescription& field) {
  field.type = "integer";
  field.default_value = *value;
}
void describe(double* value, FieldDescription& field) {
  field.type = "number";
  field.default_value = *value;
}
void describe(std::string* value, FieldDescription& field) {
  field.type = "string";
  field.default_value = *value;
}
void describe(std::filesystem::path* value, FieldDescription& field) {
  field.type = "path";
  field.default_value = value->string();
}
void describe(Json* value, FieldDescription& field) {
  field.type = "anything";
  field.default_value = *value;
}
void describe(const std::shared_ptr<StructValue>& value, FieldDescription& field) {
  FieldDescription section = detail::describe_config(*value);
  field.type = "section";
  field.shorthand = section.shorthand;
  field.list_shorthand = section.list_shorthand;
  field.fields = std::move(section.fields);
  field.default_value = detail::dump_config(*value);
}
void describe(const std::shared_ptr<ListValue>& value, FieldDescription& field) {
  value->sample([&](const Value& element) { describe_value(element, field); });
  field.list = true;
  field.takes_one = value->takes_one();
  field.default_value = Json::array();
  value->each([&](const Value& element) {
    FieldDescription one;
    describe_value(element, one);
    field.default_value.push_back(one.default_value);
  });
}
void describe(const std::shared_ptr<OptionalValue>& value, FieldDescription& field) {
  value->sample([&](const Value& content) { describe_value(content, field); });
  field.optional = true;
  field.default_value = nullptr;
  value->each([&](const Value& content) {
    FieldDescription one;
    describe_value(content, one);
    field.default_value = one.default_value;
  });
}

void describe_value(const Value& value, FieldDescription& field) {
  std::visit([&](const auto& v) { describe(v, field); }, value);
}

void Describer::visit(const std::string& key, const Value& value, std::string_view documentation) {
  FieldDescription field;
  field.key = key;
  field.documentation = documentation;
  describe_value(value, field);  // before the choice is put in: with the default
  fields.push_back(std::move(field));
  auto choice = choice_.find(key);
  if (choice == choice_.end()) return;
  if (auto flag = std::get_if<bool*>(&value)) **flag = choice->second.get<bool>();
  if (auto text = std::get_if<std::string*>(&value)) **text = choice->second.get<std::string>();
}

std::vector<FieldDescription> fields_under(const StructValue& config, const Choice& choice) {
  Describer describer(choice);
  config.with_copy([&](StructValue& copy) { copy.fields(describer); });
  return std::move(describer.fields);
}

// The choices that a field offers; none for most.
std::vector<Json> choices_of(const FieldDescription& field) {
  if (field.list || field.optional) return {};
  if (field.type == "boolean") return {true, false};
  if (field.type != "string") return {};
  for (const Rule& rule : field.rules) {
    if (auto choices = std::get_if<Choices>(&rule)) {
      return {choices->names.begin(), choices->names.end()};
    }
  }
  return {};
}

bool has(const std::vector<FieldDescription>& fields, const std::string& key) {
  return std::any_of(fields.begin(), fields.end(), [&](auto& field) { return field.key == key; });
}

// Finds the fields of a struct under all choices.
class Explorer {
 public:
  explicit Explorer(const StructValue& config) : config_(config) {}

  std::vector<FieldDescription> explore() {
    std::vector<FieldDescription> usual = fields_under(config_, {});
    found_ = usual;
    for (const FieldDescription& field : usual) vary(field, {}, usual);
    return std::move(found_);
  }

 private:
  using List = std::vector<FieldDescription>;

  // Tries every choice of `field`; `usual` is listed under the choice so far, `field` among it.
  void vary(const FieldDescription& field, const Choice& choice, const List& usual) {
    std::vector<Json> names = choices_of(field);
    std::vector<Choice> choices;
    std::vector<List> lists;
    for (const Json& name : names) {
      choices.push_back(choice);
      choices.back()[field.key] = name;
      lists.push_back(fields_under(config_, choices.back()));
    }
    for (const FieldDescription& other : usual) condition(other.key, field, names, lists, true);
    for (size_t i = 0; i < lists.size(); ++i) {
      List fresh = add_new(lists[i], usual, field, names, lists);
      for (const FieldDescription& other : fresh) vary(other, choices[i], lists[i]);
    }
  }

  // Adds what is in `list`, one of `lists`, and not in `usual`. Returns what no choice brought
  // before.
  List add_new(const List& list, const List& usual, const FieldDescription& field,
               const std::vector<Json>& names, const std::vector<List>& lists) {
    List fresh;
    for (size_t j = 0; j < list.size(); ++j) {
      if (has(usual, list[j].key)) continue;
      bool first = !has(found_, list[j].key);
      if (first) {
        insert(list, j, field);
        fresh.push_back(list[j]);
      }
      condition(list[j].key, field, names, lists, first);
    }
    return fresh;
  }

  // Notes under which names of `field` the field `key` is listed, if not under all. A field that
  // two independent choices bring in has no condition that could be put as "this and that".
  void condition(const std::string& key, const FieldDescription& field,
                 const std::vector<Json>& names, const std::vector<List>& lists, bool first) {
    FieldDescription::Condition condition{field.key, {}, false};
    for (size_t i = 0; i < lists.size(); ++i) {
      if (!has(lists[i], key)) continue;
      condition.values.push_back(names[i]);
      condition.by_default = condition.by_default || names[i] == field.default_value;
    }
    if (condition.values.size() == names.size()) return;
    auto& known = position(key)->conditions;
    if (std::any_of(known.begin(), known.end(), [&](auto& c) { return c.key == field.key; }))
      return;
    if (first) {
      known.push_back(std::move(condition));
    } else {
      known.clear();
    }
  }

  // Puts field `at` of `list`, which `field` brings in, behind the one that is listed before it.
  void insert(const List& list, size_t at, const FieldDescription& field) {
    FieldDescription fresh = list[at];
    fresh.conditions = position(field.key)->conditions;
    found_.insert(at == 0 ? found_.begin() : position(list[at - 1].key) + 1, std::move(fresh));
  }

  // Of a field that was found.
  List::iterator position(const std::string& key) {
    return std::find_if(found_.begin(), found_.end(), [&](auto& f) { return f.key == key; });
  }

  const StructValue& config_;
  List found_;
};

}  // namespace

bool FieldDescription::required() const {
  return std::any_of(rules.begin(), rules.end(),
                     [](const Rule& rule) { return std::holds_alternative<Required>(rule); });
}

std::string FieldDescription::condition_text() const {
  std::string text;
  for (const Condition& condition : conditions) {
    text += (text.empty() ? "" : " and ") + condition.key + " is ";
    for (size_t i = 0; i < condition.values.size(); ++i) {
      text += (i == 0 ? "" : " or ") + dump_json_line(condition.values[i]);
    }
  }
  return text;
}

namespace detail {

FieldDescription describe_config(StructValue& config) {
  FieldDescription section;
  section.type = "section";
  section.shorthand = config.shorthand_key();
  section.list_shorthand = config.list_shorthand_key();
  section.fields = Explorer(config).explore();
  return section;
}

}  // namespace detail
}  // namespace reprise
