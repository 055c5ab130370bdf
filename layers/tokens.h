// Tokens: a ragged batch as layers see it. The tokens of its sequences stand back to back, and there is
// no padding: every row is a real token.
#pragma once

#include "core/tensor.h"

namespace reprise {

struct Tokens {
  Tensor ids;        // [tokens] i32
  Tensor segments;   // [tokens] i32: 0 or 1
  Tensor positions;  // [tokens] i32, from 0 in each sequence
  Tensor offsets;    // [sequences + 1] i32: sequence s is the tokens [offsets[s], offsets[s + 1])
  Tensor places;     // [tokens] i32: the token's place in the whole step, for dropout
};

}  // namespace reprise
