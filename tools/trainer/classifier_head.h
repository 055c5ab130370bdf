// ClassifierHead: what the outputs of a text classifier mean, as its config.json says.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/json.h"
#include "data/label_kind.h"
#include "data/labelled_texts_config.h"

namespace reprise {

struct ClassifierHead {
  LabelKind kind = LabelKind::one;
  std::vector<std::string> labels{};  // the names, in the order of the outputs; empty for a number

  // How its training texts were read: not Transformers' own, which keeps what it doesn't know.
  LabelledColumnsConfig columns{};
  std::optional<int64_t> max_length{};

  int64_t outputs() const { return kind == LabelKind::number ? 1 : std::ssize(labels); }
  bool same_outputs(const ClassifierHead& other) const {
    return kind == other.kind && labels == other.labels;
  }
};

// Adds id2label, label2id and problem_type, as Transformers has them, and "reprise_data", which
// predicting and evaluating need.
void write_classifier_head(const ClassifierHead& head, Json& config);

// Of a config.json; nothing when it is no classifier's. Throws DataError for labels that don't number the
// outputs 0, 1, … and for what reprise_data can't be.
std::optional<ClassifierHead> read_classifier_head(const JsonDocument& config);

// Whether a key of config.json is one of these.
bool is_of_classifier_head(std::string_view key);

}  // namespace reprise
