// What a run says before it starts: what will be trained, what that needs, and how long it takes.
#pragma once

#include "tools/trainer/console.h"
#include "tools/trainer/session.h"

namespace reprise {

// Throws Error (out_of_memory) when the run would need more memory than this machine can give now.
void refuse_what_does_not_fit(const RunConfig& config);

// Five lines and the data's warnings. Measures this machine's speed for a fraction of a second.
void announce(const Session& session, Console& console);

}  // namespace reprise
