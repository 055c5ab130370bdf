// A batch as layers see it.
#pragma once

#include "data/token_batch.h"
#include "layers/tokens.h"

namespace reprise {

inline Tokens tokens_of(const TokenBatch& batch) {
  return {batch.ids, batch.segments, batch.positions, batch.offsets, batch.place};
}

}  // namespace reprise
