// A sequence must fit the model that reads it.
#pragma once

#include <cstdint>

#include "core/error.h"

namespace reprise {

// Throws ConfigError when data.max_length tokens are more than the model's positions.
inline void check_sequence_length(int64_t max_length, int64_t max_positions) {
  if (max_length <= max_positions) return;
  throw ConfigError("data.max_length: {} is more than the model's {} positions (max_position_embeddings)", max_length,
                    max_positions);
}

}  // namespace reprise
