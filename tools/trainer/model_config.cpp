#include "tools/trainer/model_config.h"

#include "core/error.h"

namespace reprise {

namespace {

// A new type of model is a row here, and one of tasks/registry.cpp.
struct Type {
  const char* name;
  std::vector<std::string> data;
};

const std::vector<Type>& types() {
  static const std::vector<Type> types = {
      {"bert", {"text", "batches"}},
      {"albert", {"text", "batches"}},
      {"two_tower", {"sentence_pairs"}},
      {"lstm_lm", {"words"}},
  };
  return types;
}

std::vector<std::string> names() {
  std::vector<std::string> names;
  for (const Type& type : types()) names.emplace_back(type.name);
  return names;
}

}  // namespace

void ModelConfig::fields(Fields& f) {
  f("type", type, "bert or albert: an encoder, with such names in files and such defaults; two_tower: "
    "an encoder at two inputs; lstm_lm: a recurrent language model").one_of(names());
  if (is_encoder()) {
    encoder.type = type;
    f("init_from", init_from, "start from this Hugging Face folder: its architecture and weights; null: "
      "from random weights");
    encoder.sizes(f);
  }
  if (type == "two_tower") two_tower.fields(f);
  if (type == "lstm_lm") recurrent.sizes(f);
}

void ModelConfig::check(Problems& problems) const {
  if (is_encoder()) encoder.check(problems);
  if (type == "lstm_lm") recurrent.check(problems);
}

std::vector<std::string> ModelConfig::data_types() const {
  for (const Type& known : types()) {
    if (type == known.name) return known.data;
  }
  throw UsageError("model.type: {} is unknown", type);
}

const EncoderConfig* ModelConfig::any_encoder() const {
  return is_encoder() ? &encoder : type == "two_tower" ? &two_tower.encoder : nullptr;
}

ModelConfig ModelConfig::resolved() const {
  ModelConfig config = *this;
  if (is_encoder()) config.encoder = encoder.resolved();
  if (type == "two_tower") config.two_tower.encoder = two_tower.encoder.resolved();
  if (type == "lstm_lm") config.recurrent = recurrent.resolved();
  return config;
}

}  // namespace reprise
