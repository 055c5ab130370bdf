#include "tools/trainer/model_config_file.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>

#include "core/error.h"
#include "core/json_path.h"
#include "core/printable.h"

namespace reprise {

namespace {

constexpr const char* kOurType = "reprise_encoder";
// A run may choose these anew: they change how training goes on, not what the model computes.
constexpr std::array kChoicesOfARun = {"initializer", "recompute", "feed_forward_dropout"};
// Far more than any encoder's; what is read is looked up key by key.
constexpr JsonLimits kLimits = {.bytes = size_t{4} << 20, .values = 20'000, .depth = 64};

// What Transformers' files say under the name that EncoderConfig has too, with the defaults of
// configuration_bert.py and configuration_albert.py (5.23). null: the class has no such field.
struct SharedField {
  const char* key;
  Json bert;
  Json albert;
};
const std::vector<SharedField>& shared_fields() {
  static const std::vector<SharedField> fields = {
      {"vocab_size", 30522, 30000},
      {"embedding_size", nullptr, 128},
      {"hidden_size", 768, 4096},
      {"num_hidden_layers", 12, 12},
      {"num_attention_heads", 12, 64},
      {"intermediate_size", 3072, 16384},
      {"hidden_act", "gelu", "gelu_new"},
      {"hidden_dropout_prob", 0.1, 0.0},
      {"attention_probs_dropout_prob", 0.1, 0.0},
      {"classifier_dropout_prob", nullptr, 0.1},
      {"max_position_embeddings", 512, 512},
      {"type_vocab_size", 2, 2},
      {"initializer_range", 0.02, 0.02},
      {"layer_norm_eps", 1e-12, 1e-12},
      {"tie_word_embeddings", true, true},
      {"num_hidden_groups", nullptr, 1},
      {"inner_group_num", nullptr, 1},
  };
  return fields;
}

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

// ---- reading

const Json* find(const JsonDocument& document, const std::string& key) {
  const auto at = document.value().find(key);
  return at == document.value().end() || at->is_null() ? nullptr : &*at;
}

// "bert", "albert" or kOurType.
std::string type_of(const JsonDocument& document) {
  if (const Json* type = find(document, "model_type")) {
    if (*type == "bert" || *type == "albert" || *type == kOurType) return type->get<std::string>();
    throw DataError("{}: model_type: is {}; supported are \"bert\", \"albert\" and \"{}\"",
                    document.place("model_type"), describe_json(*type), kOurType);
  }
  // Files of before 2020 have only the name of the class.
  const Json* classes = find(document, "architectures");
  if (classes && classes->is_array() && !classes->empty() && classes->front().is_string()) {
    const auto name = classes->front().get<std::string>();
    if (name.starts_with("Bert")) return "bert";
    if (name.starts_with("Albert")) return "albert";
  }
  throw DataError("{}: has no \"model_type\"; supported are \"bert\", \"albert\" and \"{}\"",
                  document.file(), kOurType);
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
      const Json& standard = albert ? field.albert : field.bert;
      if (standard.is_null()) continue;
      const Json* written = find(document_, field.key);
      add(field.key, written ? *written : standard, field.key);
    }
    if (!albert) {
      add("embedding_size", *setting("hidden_size"), "hidden_size");
      add("inner_group_num", 1, "model_type");
    }
    // Not Transformers' own: it keeps keys that it doesn't know, and so we can read it back.
    if (const Json* written = find(document_, "feed_forward_dropout")) {
      add("feed_forward_dropout", *written, "feed_forward_dropout");
    }
    return std::move(settings_);
  }

  std::vector<ModelSetting> reprise() {
    for (const auto& [key, value] : document_.value().items()) {
      if (key != "model_type" && key != "architectures" && !value.is_null()) add(key, value, key);
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
      const Json* value = find(document_, setting.key);
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

// ---- writing

// The same model with nothing left to a default.
EncoderConfig resolved(EncoderConfig config) {
  config.embedding_size = config.embedding_width();
  config.hidden_act = config.activation();
  if (config.albert()) config.classifier_dropout_prob = config.sentence_dropout();
  config.feed_forward_dropout = config.drops_feed_forward();
  if (!config.sharing) {
    config.sharing = SharingConfig{.strategy = config.albert() ? "groups" : "none", .sets = {}};
  }
  return config;
}

// Transformers' num_hidden_groups for an ALBERT whose layers are shared so; 0 when it has none.
int64_t groups_of(const SharingPlan& plan, int64_t layers, int64_t inner) {
  const int64_t groups = plan.count(LayerPart::attention) / inner;
  if (!plan.uniform() || groups == 0 || layers % groups != 0) return 0;
  for (int64_t a = 0; a < layers * inner; ++a) {
    const int64_t set = a / inner * groups / layers * inner + a % inner;
    if (plan.set(LayerPart::attention, static_cast<int>(a)) != set) return 0;
  }
  return groups;
}

// Keys in the order of the alphabet, as Transformers writes them.
Json sorted(const Json& object) {
  std::map<std::string, Json> keys;
  for (const auto& [key, value] : object.items()) keys.emplace(key, value);
  Json result = Json::object();
  for (auto& [key, value] : keys) result[key] = std::move(value);
  return result;
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
  file.settings = type == kOurType ? reader.reprise() : reader.hugging_face(type);
  file.config = bind_settings(file.settings, file.path);
  return file;
}

std::optional<std::string> beyond_transformers(const EncoderConfig& config) {
  const SharingPlan plan = config.plan();
  const char* sentence = nullptr;
  if (!config.albert() && config.inner_group_num != 1) {
    sentence = "BERT in Transformers has no inner groups";
  } else if (!config.albert() && !plan.unshared()) {
    sentence = "BERT in Transformers shares no layers";
  } else if (config.albert() && !plan.uniform()) {
    sentence = "ALBERT in Transformers shares whole layers, not parts of them";
  } else if (config.albert() &&
             groups_of(plan, config.num_hidden_layers, config.inner_group_num) == 0) {
    sentence = "ALBERT in Transformers shares layers in groups of neighbours only";
  }
  return sentence ? std::optional<std::string>(sentence) : std::nullopt;
}

Json hugging_face_config(const EncoderConfig& config) {
  if (const auto reason = beyond_transformers(config)) {
    throw UsageError("config.json: can't be in the format of Transformers, because {}", *reason);
  }
  const bool albert = config.albert();
  EncoderConfig complete = resolved(config);
  if (albert) {
    complete.num_hidden_groups =
        groups_of(config.plan(), config.num_hidden_layers, config.inner_group_num);
  }
  const Json ours = dump(complete);
  const char* name = albert ? "AlbertForPreTraining" : "BertForPreTraining";
  Json file = {{"architectures", Json::array({name})},
               {"model_type", config.type},
               {"dtype", "float32"},
               {"pad_token_id", 0},
               {"bos_token_id", nullptr},
               {"eos_token_id", nullptr}};
  for (const SharedField& field : shared_fields()) {
    if (!(albert ? field.albert : field.bert).is_null()) file[field.key] = ours.at(field.key);
  }
  if (albert) {
    file["bos_token_id"] = 2;  // [CLS] and [SEP] of our vocabularies, and of ALBERT's
    file["eos_token_id"] = 3;
  } else {
    file["classifier_dropout"] = nullptr;
  }
  // Transformers computes the same without it; only training goes on differently.
  if (config.drops_feed_forward() == albert) {
    file["feed_forward_dropout"] = config.drops_feed_forward();
  }
  return sorted(file);
}

Json reprise_config(const EncoderConfig& config) {
  Json file = {{"architectures", Json::array({"RepriseEncoder"})}, {"model_type", kOurType}};
  const Json ours = dump(resolved(config));  // named: items() doesn't keep it alive
  for (const auto& [key, value] : ours.items()) {
    if (!value.is_null()) file[key] = value;
  }
  return sorted(file);
}

Json model_config_json(const EncoderConfig& config) {
  return beyond_transformers(config) ? reprise_config(config) : hugging_face_config(config);
}

}  // namespace reprise
