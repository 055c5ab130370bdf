// config.json of a model folder: an encoder's configuration, as Hugging Face writes it.
//
// Two formats. "model_type": "bert" or "albert" is Transformers' own, for every model that it can
// express. Anything else is ours, "model_type": "reprise_encoder": all fields of EncoderConfig.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/json.h"
#include "layers/models/encoder_config.h"
#include "tools/trainer/classifier_head.h"

namespace reprise {

// One field of EncoderConfig, as a config.json decides it.
struct ModelSetting {
  std::string key;            // of EncoderConfig
  Json value;
  std::string from;           // where it was written: "albert-tiny/config.json:7:18"
  bool architectural = true;  // false for what a run may choose anew
};

// A folder's config.json, understood.
struct ModelConfigFile {
  std::string path;  // "albert-tiny/config.json"
  std::vector<ModelSetting> settings;
  EncoderConfig config;  // what the settings make
  std::optional<ClassifierHead> classifier;  // of a classifier's folder
};

// Reads <folder>/config.json of either format. What Transformers' file leaves out has the defaults
// of its BertConfig and AlbertConfig (5.23), which aren't ours: an AlbertConfig without sizes is
// xxlarge. Throws Error (no_input) when there is no such folder or file, and DataError, with a line
// per problem, for what isn't JSON, isn't an encoder, or has a setting that would change the numbers
// unseen (relative positions, a decoder, pruned heads, …).
ModelConfigFile read_model_config(const std::string& folder);

// Why Transformers can't express the model, to be put after "because"; nothing when it can.
std::optional<std::string> beyond_transformers(const EncoderConfig& config);

// config.json in Transformers' format. Throws UsageError when beyond_transformers() has a reason.
Json hugging_face_config(const EncoderConfig& config);
// config.json in our format: every field, also those that were left to a default.
Json reprise_config(const EncoderConfig& config);
// The former when it can express the model, else the latter.
Json model_config_json(const EncoderConfig& config);

}  // namespace reprise
