#include "tools/trainer/sharing_schedule.h"

#include "tools/trainer/convert_moments.h"

namespace reprise {

void SharingChange::fields(Fields& f) {
  f("step", step, "the first that is made under the new plan").at_least(1).required();
  f("sharing", sharing, "the new plan, as model.sharing").required();
  f("by", by, "what uses that become one take their weights from").one_of(shared_from_names());
  f("moments", moments, "the optimizer's: rescale keeps the size of updates, reset starts them anew, copy "
    "leaves the numbers as they are").one_of(moments_become_names());
}

void check_sharing_schedule(const std::vector<SharingChange>& schedule, const EncoderConfig* encoder,
                            std::optional<int64_t> steps, Problems& problems) {
  if (schedule.empty()) return;
  if (!encoder) {
    return problems.add("sharing_schedule", "only a bert or albert has layers that share by a plan");
  }
  EncoderConfig model = *encoder;
  for (size_t i = 0; i < schedule.size(); ++i) {
    const std::string path = fmt::format("sharing_schedule.{}", i);
    const int64_t step = schedule[i].step;
    if (i > 0 && step <= schedule[i - 1].step) {
      problems.add(path + ".step", fmt::format("is {}, and the change before it is at step {}; give them "
                                               "in the order of their steps", step, schedule[i - 1].step));
    }
    if (steps && step >= *steps) {
      problems.add(path + ".step", fmt::format("is {}, beyond the run: it ends after {} steps "
                                               "(training.steps)", step, *steps));
    }
    model = model.with_sharing(schedule[i].sharing);
    const std::string outer = problems.enter(path);
    model.check_sharing(problems);
    problems.enter(outer);
  }
}

std::vector<EncoderConfig> scheduled_encoders(const EncoderConfig& encoder,
                                              const std::vector<SharingChange>& schedule) {
  std::vector<EncoderConfig> encoders = {encoder};
  for (const SharingChange& change : schedule) {
    encoders.push_back(encoders.back().with_sharing(change.sharing));
  }
  return encoders;
}

}  // namespace reprise
