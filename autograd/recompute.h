// Activation checkpointing: forget what a segment computed, and run its forward again in backward.
//
// Sharing weights saves no activations: twelve uses of a layer keep twelve sets of them. This does, for
// one more forward of the segment. Gradients have the same bits as without it: parameters' contributions
// arrive in the same order, and dropout is a function of its place. Chen et al. 2016, "Training Deep
// Nets with Sublinear Memory Cost".
#pragma once

#include <functional>

#include "autograd/context.h"

namespace reprise {

using Segment = std::function<Variable(const Context&, std::span<const Variable> inputs)>;

// segment(context, inputs), keeping only the inputs and the result. The segment must be a pure function
// of its inputs, its Parameters and the context.
Variable recompute(const Context& context, std::span<const Variable> inputs, Segment segment);

}  // namespace reprise
