// What a run says before it starts: what will be trained, and what it will need.
#pragma once

#include "tools/trainer/console.h"
#include "tools/trainer/session.h"

namespace reprise {

// Throws Error (out_of_memory) when the run would need more memory than this machine can give.
void refuse_what_does_not_fit(const RunConfig& config);

void announce(const Session& session, Console& console);

}  // namespace reprise
