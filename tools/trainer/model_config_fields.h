// What Transformers' config.json and EncoderConfig have in common. Used by model_config_*.cpp.
#pragma once

#include <vector>

#include "core/json.h"

namespace reprise {

inline constexpr const char* kOurModelType = "reprise_encoder";

// A field with the same name in both, and what it is where a file leaves it out (from
// configuration_bert.py and configuration_albert.py of Transformers 5.23). null: the class has no
// such field.
struct SharedField {
  const char* key;
  Json bert;
  Json albert;

  const Json& standard(bool is_albert) const { return is_albert ? albert : bert; }
};
const std::vector<SharedField>& shared_fields();

}  // namespace reprise
