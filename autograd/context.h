// Context: everything a forward pass needs to know besides its inputs. Explicit: there are no globals
// and no hidden modes.
#pragma once

#include "autograd/tape.h"
#include "core/gemm.h"
#include "core/rng.h"

namespace reprise {

struct Context {
  Tape* tape = nullptr;  // null: nothing is recorded
  bool training = false;  // dropout is on
  RandomKey random{};     // of this place in the model, in this step
  Precision precision = Precision::float32;  // of products, and of what they keep
  // [n] i32: where each sample of the batch stands in the whole step, for layers that are given nothing
  // else about it; undefined: in order from 0.
  Tensor places{};

  // The same for a place further in: layer 3, its attention, …
  Context at(uint64_t place) const {
    return {tape, training, random.at(place), precision, places};
  }
  // A use of the Parameter here.
  Variable bind(const ParameterPtr& parameter) const {
    return tape ? tape->bind(parameter) : Variable::unrecorded(*parameter);
  }
};

}  // namespace reprise
