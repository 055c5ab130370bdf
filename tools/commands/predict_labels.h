// What a classifier says of texts.
#pragma once

#include "tools/commands/predict.h"

namespace reprise {

// A line for each text. Of one label each "label<tab>probability", "unknown" in place of a label that is less
// likely than the threshold; of several labels their names, separated as in training, or "-" if none applies;
// of numbers the number. If options.top is given, the likeliest labels stand there too, so many pairs
// "label<tab>probability": an answer of one label is the first of them, any other stands before them. With
// jsonl {"label": …, "probability": …, "top": [{"label": …, "probability": …}, …]}, {"labels": […], "top":
// […]}, {"score": …}. Throws the errors of TextClassifier and answer_lines.
ExitCode predict_labels(const PredictOptions& options);

}  // namespace reprise
