// ModelConfig: what is trained, of any type.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/config.h"
#include "layers/models/encoder_config.h"
#include "layers/models/recurrent_config.h"
#include "layers/models/two_tower_config.h"

namespace reprise {

struct ModelConfig {
  std::string type = "bert";
  EncoderConfig encoder;     // of type "bert" or "albert", which is its type as well
  TwoTowerConfig two_tower;  // of type "two_tower"
  RecurrentConfig recurrent;  // of type "lstm_lm"
  std::optional<std::filesystem::path> init_from;

  void fields(Fields& f);
  void check(Problems& problems) const;

  // The types of data that the model can be trained on; the first is the usual one.
  std::vector<std::string> data_types() const;
  bool is_encoder() const { return type == "bert" || type == "albert"; }
  // The encoder in it; null when there is none.
  const EncoderConfig* any_encoder() const;
  // With everything filled in whose default depends on the type.
  ModelConfig resolved() const;
};

}  // namespace reprise
