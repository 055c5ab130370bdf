// ModelConfig: what is trained, of any type.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/config.h"
#include "layers/models/encoder_config.h"
#include "layers/models/recurrent_config.h"
#include "layers/models/sequential_config.h"
#include "layers/models/two_tower_config.h"
#include "tools/trainer/tasks/class_loss.h"

namespace reprise {

struct ModelConfig {
  std::string type = "bert";
  EncoderConfig encoder;     // of type "bert" or "albert", which is its type as well
  TwoTowerConfig two_tower;  // of type "two_tower"
  RecurrentConfig recurrent;  // of type "lstm_lm"
  SequentialConfig sequential;  // of type "sequential"
  ClassLossConfig loss;         // of type "sequential"
  std::optional<std::filesystem::path> init_from;

  void fields(Fields& f);
  void check(Problems& problems) const;

  // The types of data that the model can be trained on; the first is the usual one.
  std::vector<std::string> data_types() const;
  int64_t usual_batch() const;  // sequences of a micro-batch, unless the configuration says
  bool is_encoder() const { return type == "bert" || type == "albert"; }
  // The encoder in it; null when there is none.
  const EncoderConfig* any_encoder() const;
  // With everything filled in whose default depends on the type.
  ModelConfig resolved() const;

 private:
  void check_sequential(Problems& problems) const;
};

}  // namespace reprise
