#include "tools/trainer/model_folder.h"

#include <algorithm>
#include <map>

#include "core/error.h"
#include "core/printable.h"
#include "core/safetensors.h"
#include "tools/trainer/load_weights.h"
#include "tools/trainer/model_config_file.h"

namespace reprise {

namespace {

// The shapes prove the rest.
constexpr const char* kNotInShapes[] = {"type", "num_attention_heads", "hidden_act",
                                        "layer_norm_eps", "tie_word_embeddings"};

std::string decoder_bias(const EncoderConfig& config) {
  return EncoderNames(config).decoder + ".bias";
}

// {"another name": "the name in the file"}, in the order of the alphabet.
std::string alias_text(const std::vector<NamedPart>& parts) {
  std::map<std::string, std::string> names;
  for (const NamedPart& part : parts) {
    for (const std::string& alias : part.aliases) names.emplace(alias, part.name);
  }
  Json object = Json::object();
  for (const auto& [alias, name] : names) object[alias] = name;
  return dump_json_line(object);
}

void write_weights(OutputFile& out, const EncoderConfig& config,
                   const std::vector<NamedPart>& parts) {
  std::vector<NamedTensor> tensors;
  for (const NamedPart& part : parts) {
    tensors.push_back({part.name, part.value});
    const auto twin = std::find(part.aliases.begin(), part.aliases.end(), decoder_bias(config));
    if (!config.tie_word_embeddings && twin != part.aliases.end()) {
      tensors.push_back({*twin, part.value});
    }
  }
  write_safetensors(out, tensors, {{"format", "pt"}, {kAliasesKey, alias_text(parts)}});
}

void check_same_model(const ModelConfigFile& file, const Encoder& model) {
  std::string lines;
  if (file.config.plan().sets != model.plan().sets) {
    lines += fmt::format("\n  sharing is\n{}\n  there, and here\n{}", grid(file.config.plan()),
                         grid(model.plan()));
  }
  if (file.config.relaxation() != model.config().relaxation()) {
    lines += fmt::format("\n  each use of shared weights has of its own: {} there, and {} here",
                         in_words(file.config.relaxation()), in_words(model.config().relaxation()));
  }
  const Json theirs = reprise_config(file.config);
  const Json ours = reprise_config(model.config());
  for (const char* key : kNotInShapes) {
    if (theirs.at(key) == ours.at(key)) continue;
    lines += fmt::format("\n  {} is {} there, and {} here", key, dump_json_ascii(theirs.at(key)),
                         dump_json_ascii(ours.at(key)));
  }
  if (!lines.empty()) {
    throw DataError("{}: describes another model than this one:{}", printable(file.path), lines);
  }
}

}  // namespace

void save_model_folder(const EncoderConfig& config, const std::vector<ParameterPtr>& parameters,
                       const AddFile& add, Heads heads) {
  const std::vector<NamedPart> parts = named_parts(parameters);
  Json file = model_config_json(config);
  if (heads == Heads::none && !beyond_transformers(config)) {
    file["architectures"] = Json::array({config.albert() ? "AlbertModel" : "BertModel"});
  }
  add("config.json", [&](OutputFile& out) { out.write(dump_json(file) + "\n"); });
  add("model.safetensors", [&](OutputFile& out) { write_weights(out, config, parts); });
}

void save_classifier_folder(const EncoderConfig& config, const ClassifierHead& head,
                            const std::vector<ParameterPtr>& parameters, const AddFile& add) {
  const char* name = beyond_transformers(config) ? "RepriseClassifier"
                     : config.albert()           ? "AlbertForSequenceClassification"
                                                 : "BertForSequenceClassification";
  Json file = model_config_json(config);
  file["architectures"] = Json::array({name});
  write_classifier_head(head, file);
  const std::vector<NamedPart> parts = named_parts(parameters);
  add("config.json", [&](OutputFile& out) { out.write(dump_json(file) + "\n"); });
  add("model.safetensors", [&](OutputFile& out) { write_weights(out, config, parts); });
}

void save_own_folder(const std::string& architecture, Json config,
                     const std::vector<ParameterPtr>& parameters, const AddFile& add) {
  config["architectures"] = Json::array({architecture});
  const std::vector<NamedPart> parts = named_parts(parameters);
  std::vector<NamedTensor> tensors;
  for (const NamedPart& part : parts) tensors.push_back({part.name, part.value});
  add("config.json", [&](OutputFile& out) { out.write(dump_json(config) + "\n"); });
  add("model.safetensors", [&](OutputFile& out) {
    write_safetensors(out, tensors, {{"format", "pt"}, {kAliasesKey, alias_text(parts)}});
  });
}

std::vector<std::string> load_model_folder(const std::string& folder, const Encoder& model) {
  check_same_model(read_model_config(folder), model);
  Collector collector;
  model.collect(collector);
  const EncoderNames names(model.config());
  LoadOptions options{.heads = names.heads(), .passed_over = {SequenceClassifier::kHead}};
  if (!model.config().tie_word_embeddings) options.unused = {names.prediction_bias};
  return load_weights(folder, collector.parameters(), options);
}

std::vector<std::string> load_classifier_folder(const std::string& folder, const SequenceClassifier& model,
                                                const ClassifierHead& head) {
  const ModelConfigFile file = read_model_config(folder);
  check_same_model(file, model.encoder());
  Collector collector;
  model.collect(collector);
  const EncoderNames names(model.encoder().config());
  LoadOptions options{.heads = {names.pooler, SequenceClassifier::kHead}};
  for (const std::string& other : names.heads()) {
    if (!names.pooler.starts_with(other)) options.passed_over.push_back(other);
  }
  if (!file.classifier || !file.classifier->same_outputs(head)) {
    options.passed_over.push_back(SequenceClassifier::kHead);
  }
  return load_weights(folder, collector.parameters(), options);
}

}  // namespace reprise
