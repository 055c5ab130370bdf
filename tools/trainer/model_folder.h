// A model folder: config.json and model.safetensors, as Hugging Face Transformers has them.
#pragma once

#include <string>
#include <vector>

#include "core/files.h"
#include "core/json.h"
#include "layers/models/encoder.h"
#include "layers/models/sequence_classifier.h"
#include "tools/trainer/classifier_head.h"

namespace reprise {

// What stands on top of the encoder in the file.
enum class Heads : uint8_t { pretraining, none };

// Writes config.json (model_config_json() of `config`) and model.safetensors: every part of every
// Parameter once, under its name, with the other names in the metadata (kAliasesKey). An untied
// model has its output bias twice, because Transformers then holds two. The bytes depend on the
// model alone.
void save_model_folder(const EncoderConfig& config, const std::vector<ParameterPtr>& parameters,
                       const AddFile& add, Heads heads = Heads::pretraining);

// The same in a format of our own, for models that Transformers hasn't: `config` with that architecture.
void save_own_folder(const std::string& architecture, Json config,
                     const std::vector<ParameterPtr>& parameters, const AddFile& add);

// The same for a classifier: config.json also has what its outputs mean.
void save_classifier_folder(const EncoderConfig& config, const ClassifierHead& head,
                            const std::vector<ParameterPtr>& parameters, const AddFile& add);

// Fills `model` from a folder, and returns the names of the heads that the folder's files lack: the pooler
// and those on top of it, whose values stay as they are. Throws DataError when the folder's config.json describes another
// model, also where no shape would show it (another sharing plan, number of heads, activation, …);
// otherwise as read_model_config() and load_weights().
std::vector<std::string> load_model_folder(const std::string& folder, const Encoder& model);
// The same for a classifier, from its own folder or from that of an encoder with other heads or none; those
// are passed over. So is a classifier's head whose outputs mean something else than `head` says.
std::vector<std::string> load_classifier_folder(const std::string& folder, const SequenceClassifier& model,
                                                const ClassifierHead& head);

}  // namespace reprise
