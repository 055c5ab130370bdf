// The likeliest pieces for each [MASK] of a text.
#pragma once

#include "tools/commands/predict.h"

namespace reprise {

// Throws ConfigError for a model without a head for masked words, and the errors of TextModel and
// answer_lines.
ExitCode predict_words(const PredictOptions& options);

}  // namespace reprise
