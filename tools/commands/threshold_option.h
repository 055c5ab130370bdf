// --threshold: the probability that a label must reach.
#pragma once

#include <optional>
#include <string>

#include "data/label_kind.h"

namespace CLI {
class App;
}

namespace reprise {

// Adds --threshold, of a number from 0 to 1.
void add_threshold(CLI::App& command, std::optional<double>& threshold, const std::string& description);

// Throws Error (usage) when there is one and the model's answers aren't labels.
void check_threshold(const std::optional<double>& threshold, LabelKind kind);

}  // namespace reprise
