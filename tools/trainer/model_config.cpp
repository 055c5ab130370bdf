#include "tools/trainer/model_config.h"

#include "core/error.h"

namespace reprise {

namespace {

// A new type of model is a row here, and one of tasks/registry.cpp.
struct Type {
  const char* name;
  std::vector<std::string> data;
  int64_t batch;  // sequences, unless given
};

const std::vector<Type>& types() {
  static const std::vector<Type> types = {
      {"bert", {"text", "classification", "batches"}, 32},
      {"albert", {"text", "classification", "batches"}, 32},
      {"two_tower", {"sentence_pairs"}, 32},
      {"lstm_lm", {"words", "batches"}, 20},
      {"sequential", {"images", "batches"}, 32},
  };
  return types;
}

std::vector<std::string> names() {
  std::vector<std::string> names;
  for (const Type& type : types()) names.emplace_back(type.name);
  return names;
}

const Type& type_of(const std::string& name) {
  for (const Type& known : types()) {
    if (name == known.name) return known;
  }
  throw UsageError("model.type: {} is unknown", name);
}

}  // namespace

void ModelConfig::fields(Fields& f) {
  f("type", type, "bert or albert: an encoder, with such names in files and such defaults; two_tower: "
    "an encoder at two inputs; lstm_lm: a recurrent language model; sequential: layers for images").one_of(names());
  if (is_encoder()) {
    encoder.type = type;
    f("init_from", init_from, "start from this Hugging Face folder: its architecture and weights; null: "
      "from random weights");
    encoder.sizes(f);
  }
  if (type == "lstm_lm" || type == "sequential") {
    f("init_from", init_from, "start from the weights in this folder; null: from random ones");
  }
  if (type == "two_tower") two_tower.fields(f);
  if (type == "lstm_lm") recurrent.sizes(f);
  if (type == "sequential") {
    sequential.sizes(f);
    f("loss", loss, "what is made small");
  }
}

void ModelConfig::check(Problems& problems) const {
  if (is_encoder()) encoder.check(problems);
  if (type == "lstm_lm") recurrent.check(problems);
  if (type == "sequential") check_sequential(problems);
}

void ModelConfig::check_sequential(Problems& problems) const {
  const size_t before = problems.count();
  sequential.check(problems);
  if (problems.count() > before) return;
  const Shape output = sequential.output_shape();
  if (sequential.input.size() != 3 || output.rank() != 1) {
    problems.add("input", fmt::format("a classifier of images takes [channels, height, width] and gives "
                                      "[classes]; this one takes {} and gives {}",
                                      sequential.input_shape(), output));
  }
  const bool distances = sequential.layers.back().type == "rbf_output";
  if (distances != (loss.type == "radial_basis")) {
    problems.add("loss", fmt::format("is {}, and the last layer is {}: radial_basis belongs to rbf_output",
                                     loss.type, sequential.layers.back().type));
  }
}

std::vector<std::string> ModelConfig::data_types() const { return type_of(type).data; }
int64_t ModelConfig::usual_batch() const { return type_of(type).batch; }

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
