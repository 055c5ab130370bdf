// A run that starts from a pretrained model takes that model's architecture.
#pragma once

#include "core/config_source.h"

namespace reprise {

// When the configuration gives model.init_from (a folder, relative to the file that says so, or to
// the current one for --set), puts every setting of that folder's config.json under "model.", for
// bind(). A setting that the configuration gives too, with another value, is an error: the weights
// fit one architecture only. Exempt are what a run may choose anew (ModelSetting::architectural) and
// a "sharing" that means the same plan. Without a model.init_from, nothing happens.
//
// Throws ConfigError with a line per conflict; Error (no_input) and DataError as read_model_config.
void apply_pretrained_config(ConfigSource& source);

}  // namespace reprise
