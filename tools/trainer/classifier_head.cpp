#include "tools/trainer/classifier_head.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/error.h"
#include "core/json_path.h"

namespace reprise {

namespace {

constexpr const char* kData = "reprise_data";
constexpr std::array<std::string_view, 5> kKeys = {"id2label", "label2id", "num_labels", "problem_type", kData};
constexpr size_t kMostLabels = 1 << 20;

constexpr struct {
  LabelKind kind;
  const char* problem_type;
} kKinds[] = {
    {LabelKind::one, "single_label_classification"},
    {LabelKind::several, "multi_label_classification"},
    {LabelKind::number, "regression"},
};

// What reading and evaluating texts need to know again.
struct DataOfTraining {
  LabelledColumnsConfig columns;
  std::optional<int64_t> max_length;

  void fields(Fields& f) {
    columns.fields(f);
    f("max_length", max_length, "tokens of a text").between(5, 65536);
  }
};

bool is_classifier(const Json& config) {
  const Json* classes = find_member(config, "architectures");
  if (!classes || !classes->is_array() || classes->empty() || !classes->front().is_string()) return false;
  const auto name = classes->front().get<std::string>();
  return name.ends_with("ForSequenceClassification") || name == "RepriseClassifier";
}

// {"0": "cat", "1": "dog"}, in any order
std::vector<std::string> read_labels(const JsonDocument& document, const Json& names) {
  if (!names.is_object() || names.empty() || names.size() > kMostLabels) {
    throw DataError("{}: id2label: expected an object {{\"0\": \"…\", …}}, found {}",
                    document.place("id2label"), describe_json(names));
  }
  std::vector<std::string> labels(names.size());
  std::vector<bool> given(names.size());
  for (const auto& [key, name] : names.items()) {
    size_t number = 0;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), number);
    if (error != std::errc() || end != key.data() + key.size() || number >= labels.size() || given[number] ||
        !name.is_string()) {
      throw DataError("{}: id2label: its {} keys should be the numbers from 0, with a name each; here is "
                      "{}: {}", document.place(join_path("id2label", key)), labels.size(),
                      dump_json_ascii(Json(key)), describe_json(name));
    }
    given[number] = true;
    labels[number] = name.get<std::string>();
  }
  return labels;
}

LabelKind read_kind(const JsonDocument& document, size_t labels) {
  const Json* type = find_member(document.value(), "problem_type");
  if (!type) return labels == 1 ? LabelKind::number : LabelKind::one;  // as Transformers decides it
  for (const auto& [kind, name] : kKinds) {
    if (*type == name) return kind;
  }
  throw DataError("{}: problem_type: is {}; known are single_label_classification, "
                  "multi_label_classification and regression", document.place("problem_type"),
                  describe_json(*type));
}

void read_data(const JsonDocument& document, ClassifierHead& head) {
  const Json* data = find_member(document.value(), kData);
  if (!data) return;
  if (!data->is_object()) {
    throw DataError("{}: {}: expected an object {{…}}, found {}", document.place(kData), kData, describe_json(*data));
  }
  ConfigSource source = parse_config("{}", document.file());
  for (const auto& [key, value] : data->items()) {
    source.set_default(join_path("", key), value, document.place(kData));
  }
  try {
    const auto bound = bind<DataOfTraining>(source);
    head.columns = bound.columns;
    head.max_length = bound.max_length;
  } catch (const ConfigError& error) {
    throw DataError("{}", error.what());  // the mistake is in a file that nobody typed
  }
}

}  // namespace

bool is_of_classifier_head(std::string_view key) { return std::ranges::find(kKeys, key) != kKeys.end(); }

void write_classifier_head(const ClassifierHead& head, Json& config) {
  const std::vector<std::string> names =
      head.kind == LabelKind::number ? std::vector<std::string>{"LABEL_0"} : head.labels;
  Json id2label = Json::object(), label2id = Json::object();
  for (size_t i = 0; i < names.size(); ++i) {
    id2label[std::to_string(i)] = names[i];
    label2id[names[i]] = i;
  }
  for (const auto& [kind, name] : kKinds) {
    if (kind == head.kind) config["problem_type"] = name;
  }
  config["id2label"] = std::move(id2label);
  config["label2id"] = std::move(label2id);
  config[kData] = dump(DataOfTraining{head.columns, head.max_length});
}

std::optional<ClassifierHead> read_classifier_head(const JsonDocument& config) {
  if (!is_classifier(config.value())) return std::nullopt;
  ClassifierHead head;
  head.labels = {"LABEL_0", "LABEL_1"};  // Transformers' default
  if (const Json* names = find_member(config.value(), "id2label")) head.labels = read_labels(config, *names);
  head.kind = read_kind(config, head.labels.size());
  if (head.kind == LabelKind::number) {
    if (head.labels.size() != 1) {
      throw DataError("{}: id2label: {} labels, and a regression has one output", config.place("id2label"),
                      head.labels.size());
    }
    head.labels.clear();
  }
  read_data(config, head);
  return head;
}

}  // namespace reprise
