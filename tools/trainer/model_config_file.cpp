#include "tools/trainer/model_config_file.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "core/error.h"
#include "core/json_path.h"
#include "core/printable.h"
#include "tools/trainer/model_config_fields.h"

namespace reprise {

namespace {

// A run may choose these anew: they change how training goes on, not what the model computes.
constexpr std::array kChoicesOfARun = {"initializer", "recompute", "feed_forward_dropout"};
// Far more than any encoder's; what is read is looked up key by key.
constexpr JsonLimits kLimits = {.bytes = size_t{4} << 20, .values = 20'000, .depth = 64};

// Settings that change what a model computes, and the only value of each that we can follow.
struct Unsupported {
  const char* key;
  Json harmless;  // null and absence are harmless as well
  const char* sentence;
};
const std::vector<Unsupported>& unsupported_settings() {
  static const std::vector<Unsupported> settings = {
      {"position_embedding_type", "absolute", "only absolute positions are supported"},
      {"is_decoder", false, "a decoder isn't supported: attention here looks both ways"},
      {"is_encoder_decoder", false, "an encoder with a decoder isn't supported"},
      {"add_cross_attention", false, "cross-attention isn't supported"},
      {"pruned_heads", Json::object(), "pruned heads aren't supported"},
      {"quantization_config", nullptr, "quantized weights aren't supported"},
  };
  return settings;
}

// "bert", "albert" or kOurModelType.
std::string type_of(const JsonDocument& document) {
  if (const Json* type = find_member(document.value(), "model_type")) {
    for (const char* known : {"bert", "albert", kOurModelType}) {
      if (*type == known) return known;
    }
    throw DataError("{}: model_type: is {}; supported are \"bert\", \"albert\" and \"{}\"",
                    document.place("model_type"), describe_json(*type), kOurModelType);
  }
  // Files of before 2020 have only the name of the class.
  const Json* classes = find_member(document.value(), "architectures");
  if (classes && classes->is_array() && !classes->empty() && classes->front().is_string()) {
    const auto name = classes->front().get<std::string>();
    if (name.starts_with("Bert")) return "bert";
    if (name.starts_with("Albert")) return "albert";
    if (name.starts_with("Reprise")) {
      throw DataError("{}: is the model of {}, which this command doesn't take: it wants a bert or an albert",
                      document.file(), printable(name));
    }
  }
  const std::filesystem::path model = std::filesystem::path(document.file()).parent_path() / "final";
  if (std::error_code ignored; std::filesystem::exists(model, ignored)) {
    throw DataError("{}: is a run's configuration; its model is in {}", document.file(), printable(model.string()));
  }
  throw DataError("{}: has no \"model_type\"; supported are \"bert\", \"albert\" and \"{}\"",
                  document.file(), kOurModelType);
}

bool is_choice_of_a_run(const std::string& key) {
  return std::find(kChoicesOfARun.begin(), kChoicesOfARun.end(), key) != kChoicesOfARun.end();
}

class SettingsReader {
 public:
  explicit SettingsReader(const JsonDocument& document) : document_(document) {}

  std::vector<ModelSetting> hugging_face(const std::string& type) {
    refuse_unsupported();
    const bool albert = type == "albert";
    add("type", type, "model_type");
    for (const SharedField& field : shared_fields()) {
      const Json& standard = field.standard(albert);
      if (standard.is_null()) continue;
      const Json* written = find_member(document_.value(), field.key);
      add(field.key, written ? *written : standard, field.key);
    }
    if (!albert) {
      add("embedding_size", *setting("hidden_size"), "hidden_size");
      add("inner_group_num", 1, "model_type");
      const char* dropout = "classifier_dropout";  // albert's has another name
      if (const Json* written = find_member(document_.value(), dropout)) {
        add("classifier_dropout_prob", *written, dropout);
      }
    }
    // Not Transformers' own: it keeps keys that it doesn't know, and so we can read it back.
    if (const Json* written = find_member(document_.value(), "feed_forward_dropout")) {
      add("feed_forward_dropout", *written, "feed_forward_dropout");
    }
    return std::move(settings_);
  }

  std::vector<ModelSetting> reprise() {
    for (const auto& [key, value] : document_.value().items()) {
      const bool ours = key != "model_type" && key != "architectures" && !is_of_classifier_head(key);
      if (ours && !value.is_null()) add(key, value, key);
    }
    return std::move(settings_);
  }

 private:
  void add(const std::string& key, const Json& value, const std::string& written_as) {
    const bool written = document_.has(join_path("", written_as));
    settings_.push_back({key, value,
                         written ? document_.place(join_path("", written_as)) : document_.file(),
                         !is_choice_of_a_run(key)});
  }

  const Json* setting(const std::string& key) const {
    const auto at = std::find_if(settings_.begin(), settings_.end(),
                                 [&](const ModelSetting& s) { return s.key == key; });
    return at == settings_.end() ? nullptr : &at->value;
  }

  void refuse_unsupported() const {
    std::string lines;
    for (const Unsupported& setting : unsupported_settings()) {
      const Json* value = find_member(document_.value(), setting.key);
      if (!value || *value == setting.harmless) continue;
      lines += fmt::format("{}{}: {}: is {}; {}", lines.empty() ? "" : "\n",
                           document_.place(setting.key), setting.key, describe_json(*value),
                           setting.sentence);
    }
    if (!lines.empty()) throw DataError("{}", lines);
  }

  const JsonDocument& document_;
  std::vector<ModelSetting> settings_;
};

// Checks every value as a recipe's would be. The settings' places serve for messages.
EncoderConfig bind_settings(const std::vector<ModelSetting>& settings, const std::string& file) {
  ConfigSource source = parse_config("{}", file);
  for (const ModelSetting& setting : settings) {
    source.set_default(join_path("", setting.key), setting.value, setting.from);
  }
  try {
    return bind<EncoderConfig>(source);
  } catch (const ConfigError& error) {
    throw DataError("{}", error.what());  // the mistake is in a file that nobody typed
  }
}

void check_is_there(const std::filesystem::path& folder) {
  std::error_code ignored;
  const std::string name = printable(folder.string());
  if (!std::filesystem::is_directory(folder, ignored)) {
    throw Error(ExitCode::no_input, "{}: there is no such folder on this computer (models aren't "
                "downloaded)", name);
  }
  if (!std::filesystem::exists(folder / "config.json", ignored)) {
    throw Error(ExitCode::no_input, "{}: has no config.json; a model folder has config.json and "
                "model.safetensors, as save_pretrained() of Transformers writes them", name);
  }
}

}  // namespace

ModelConfigFile read_model_config(const std::string& folder) {
  check_is_there(folder);
  ModelConfigFile file;
  file.path = (std::filesystem::path(folder) / "config.json").string();
  const JsonDocument document = read_json(file.path, ExitCode::data, kLimits);
  if (!document.value().is_object()) {
    throw DataError("{}: expected an object {{…}}, found {}", document.place(""),
                    describe_json(document.value()));
  }
  const std::string type = type_of(document);
  SettingsReader reader(document);
  file.settings = type == kOurModelType ? reader.reprise() : reader.hugging_face(type);
  file.config = bind_settings(file.settings, file.path);
  file.classifier = read_classifier_head(document);
  return file;
}

}  // namespace reprise
