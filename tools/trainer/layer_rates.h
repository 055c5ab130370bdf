// Rates that fall from an encoder's head to its embeddings, for fine-tuning.
#pragma once

#include <functional>
#include <string>

#include "layers/models/encoder_config.h"

namespace reprise {

// What the rate of a part is multiplied by: decay^(L + 1 - depth) with L applications of layers. Embeddings
// have depth 0, application a (from 0) a + 1, weights that several applications share the mean of theirs,
// the pooler and heads L + 1. Howard & Ruder 2018 ("discriminative fine-tuning"); Clark et al. 2020.
std::function<double(const std::string& part)> layer_rates(const EncoderConfig& config, double decay);

}  // namespace reprise
