// RecurrentConfig: the sizes of a recurrent language model (recurrent_model.h). The defaults are those
// of the small model of Zaremba et al. 2014, with tied embeddings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/config.h"

namespace reprise {

struct RecurrentConfig {
  std::string type = "lstm_lm";

  int64_t vocab_size = 10000;
  std::optional<int64_t> embedding_size;
  int64_t hidden_size = 200;
  int64_t num_layers = 2;
  double dropout = 0;
  bool tie_word_embeddings = true;
  bool projection = false;
  double projection_penalty = 0.15;
  bool decoder_bias = true;
  double initializer_range = 0.1;

  void fields(Fields& f);
  void sizes(Fields& f);  // all but the type
  void check(Problems& problems) const;

  // The same with the embeddings' width filled in.
  RecurrentConfig resolved() const;

  int64_t embedding_width() const { return embedding_size.value_or(hidden_size); }
  // Of what the decoder sees: the projection leads from the layers' width to the embeddings'.
  int64_t decoder_width() const { return projection ? embedding_width() : hidden_size; }
};

}  // namespace reprise
