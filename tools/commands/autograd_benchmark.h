// What the autograd engine itself takes: a graph of nothing but uses of one Parameter.
#pragma once

#include <string>

#include "core/json.h"

namespace reprise {

// Binds and adds a Parameter 10,000 times over in one graph, y = y + p, and goes back through it,
// on one tape that is reset and reused. Returns
//   uses, threads
//   ns_per_use          of a Parameter of 1 element: the engine alone. Forward, backward and reset
//                       together, divided by the uses; the median of 50 repetitions
//   ns_per_use_4096     the same of 4096 elements
//   system_allocations  of tensors, in the last repetition of both
Json benchmark_autograd();

// The same for reading.
std::string autograd_text(const Json& measured);

}  // namespace reprise
