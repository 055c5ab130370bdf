// Configuration of a dataset of ready-made batches.
#pragma once

#include <filesystem>
#include <optional>

#include "core/config.h"

namespace reprise {

struct BatchesConfig {
  std::filesystem::path path;
  std::optional<std::filesystem::path> valid;

  void fields(Fields& f) {
    f("path", path, "a safetensors file with input_ids (or images) and labels, [steps, batch, ..]")
        .required();
    f("valid", valid, "such a file for evaluation; null: evaluation uses the training batches");
  }
};

}  // namespace reprise
