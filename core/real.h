// `real` is the number that the engine computes with: float, or double in the build that checks
// gradients numerically (libraries with the suffix _f64).
#pragma once

namespace reprise {

#ifdef REPRISE_DOUBLE
using real = double;
#else
using real = float;
#endif

}  // namespace reprise
