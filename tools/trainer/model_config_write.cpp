#include <map>

#include "core/error.h"
#include "tools/trainer/model_config_fields.h"
#include "tools/trainer/model_config_file.h"

namespace reprise {

namespace {

Json without_nulls(const Json& object) {
  Json kept = Json::object();
  for (const auto& [key, value] : object.items()) {
    if (!value.is_null()) kept[key] = value.is_object() ? without_nulls(value) : value;
  }
  return kept;
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

std::optional<std::string> beyond_transformers(const EncoderConfig& config) {
  const SharingPlan plan = config.plan();
  const char* sentence = nullptr;
  if (config.relaxation().any()) {
    sentence = "Transformers has no uses of a shared layer with weights of their own";
  } else if (!config.albert() && config.inner_group_num != 1) {
    sentence = "BERT in Transformers has no inner groups";
  } else if (!config.albert() && !plan.unshared()) {
    sentence = "BERT in Transformers shares no layers";
  } else if (config.albert() && !plan.uniform()) {
    sentence = "ALBERT in Transformers shares whole layers, not parts of them";
  } else if (config.albert() && !as_groups(plan)) {
    sentence = "ALBERT in Transformers shares layers in equal groups only";
  }
  return sentence ? std::optional<std::string>(sentence) : std::nullopt;
}

Json hugging_face_config(const EncoderConfig& config) {
  if (const auto reason = beyond_transformers(config)) {
    throw UsageError("config.json: can't be in the format of Transformers, because {}", *reason);
  }
  const bool albert = config.albert();
  EncoderConfig complete = config.resolved();
  if (albert) {
    const auto depth = as_groups(config.plan(), config.inner_group_num);
    complete.num_hidden_layers = depth->layers;
    complete.inner_group_num = depth->inner;
    complete.num_hidden_groups = depth->groups;
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
    if (!field.standard(albert).is_null()) file[field.key] = ours.at(field.key);
  }
  if (albert) {
    file["bos_token_id"] = 2;  // [CLS] and [SEP] of our vocabularies, and of ALBERT's
    file["eos_token_id"] = 3;
  } else {
    file["classifier_dropout"] = ours.at("classifier_dropout_prob");
    file["is_decoder"] = false;
    file["add_cross_attention"] = false;
    file["use_cache"] = true;
  }
  // Transformers computes the same without it; only training goes on differently.
  if (config.drops_feed_forward() == albert) {
    file["feed_forward_dropout"] = config.drops_feed_forward();
  }
  return sorted(file);
}

Json reprise_config(const EncoderConfig& config) {
  Json file = {{"architectures", Json::array({"RepriseEncoder"})}, {"model_type", kOurModelType}};
  file.update(without_nulls(dump(config.resolved())));
  return sorted(file);
}

Json model_config_json(const EncoderConfig& config) {
  return beyond_transformers(config) ? reprise_config(config) : hugging_face_config(config);
}

}  // namespace reprise
