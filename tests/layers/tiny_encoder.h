// A tiny encoder, and sequences for it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "layers/models/encoder.h"

namespace reprise {

inline EncoderConfig tiny_encoder(const std::string& type) {
  EncoderConfig config;
  config.type = type;
  config.vocab_size = 40;
  config.hidden_size = 16;
  config.num_hidden_layers = 4;
  config.num_attention_heads = 2;
  config.intermediate_size = 24;
  config.max_position_embeddings = 12;
  config.hidden_dropout_prob = 0.1;
  config.attention_probs_dropout_prob = 0.1;
  config.initializer_range = 0.2;
  if (type == "albert") config.embedding_size = 8;
  return config;
}

template <class... Ints>
Tensor ints(Ints... values) {
  const std::vector<int32_t> list = {static_cast<int32_t>(values)...};
  return Tensor::of(Shape{static_cast<int64_t>(list.size())}, std::span<const int32_t>(list));
}

// Two sequences, of 4 and 3 tokens.
inline Tokens two_sequences() {
  return {.ids = ints(2, 7, 9, 3, 2, 30, 3),
          .segments = ints(0, 0, 1, 1, 0, 1, 1),
          .positions = ints(0, 1, 2, 3, 0, 1, 2),
          .offsets = ints(0, 4, 7),
          .places = ints(0, 1, 2, 3, 12, 13, 14)};
}

// Two others, of 2 and 5 tokens.
inline Tokens two_other_sequences() {
  return {.ids = ints(2, 3, 2, 11, 12, 13, 3),
          .segments = ints(0, 0, 0, 0, 0, 0, 0),
          .positions = ints(0, 1, 0, 1, 2, 3, 4),
          .offsets = ints(0, 2, 7),
          .places = ints(0, 1, 12, 13, 14, 15, 16)};
}

}  // namespace reprise
