// LayerCost: what a layer of a Sequential stores and does for one sample, known from its configuration
// alone: nothing need be made.
#pragma once

#include "layers/exact_count.h"

namespace reprise {

struct LayerCost {
  ExactCount parameters = 0;
  // Between units: every time that a unit takes an input times a weight, or a bias. Padding counts, as in
  // LeCun's papers. A layer whose weights nothing shares has as many connections as parameters.
  ExactCount connections = 0;
  ExactCount multiply_adds = 0;  // of products
  int64_t uses = 1;              // places of the output that take the same weight
};

}  // namespace reprise
