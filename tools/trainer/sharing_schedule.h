// The sharing plan's changes while a model trains.
//
//   "sharing_schedule": [{"step": 500, "sharing": {"strategy": "sequence", "sets": 2}},
//                        {"step": 800, "sharing": "none"}]
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/config.h"
#include "layers/models/encoder_config.h"

namespace reprise {

struct SharingChange {
  int64_t step = 0;  // the first that is made under the new plan
  SharingConfig sharing;
  std::string by = "average";       // convert_sharing.h
  std::string moments = "rescale";  // convert_moments.h

  void fields(Fields& f);
};

// Adds a problem for each change that doesn't fit the model, the one before it, or the number of steps.
void check_sharing_schedule(const std::vector<SharingChange>& schedule, const EncoderConfig* encoder,
                            std::optional<int64_t> steps, Problems& problems);

// The model's configurations one after the other, the one it starts with first.
std::vector<EncoderConfig> scheduled_encoders(const EncoderConfig& encoder,
                                              const std::vector<SharingChange>& schedule);

}  // namespace reprise
