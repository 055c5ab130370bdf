// TwoTowerConfig: one encoder that reads two inputs.
#pragma once

#include "layers/models/encoder_config.h"

namespace reprise {

struct TwoTowerConfig {
  EncoderConfig encoder{.type = "albert"};
  std::string pooling = "mean";
  double temperature = 0.05;

  void fields(Fields& f) {
    f("encoder", encoder, "what reads both inputs, with the same weights");
    f("pooling", pooling, "a sentence's vector: the mean of its tokens', or the first token's")
        .one_of({"mean", "first"});
    f("temperature", temperature, "cosines are divided by it before the softmax").above(0);
  }
};

}  // namespace reprise
