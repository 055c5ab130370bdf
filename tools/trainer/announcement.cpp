#include "tools/trainer/announcement.h"

namespace reprise {

void refuse_what_does_not_fit(const RunConfig&) {}

void announce(const Session& session, Console& console) {
  int64_t stored = 0;
  for (const ParameterPtr& parameter : session.parameters()) stored += parameter->numel();
  console.say(fmt::format("{} parameters", stored));
  console.say(session.dataset().description());
  for (const std::string& warning : session.dataset().warnings()) console.warn(warning);
}

}  // namespace reprise
