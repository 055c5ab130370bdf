// Texts: training text and held-out text.
#pragma once

#include <string>
#include <vector>

#include "data/text_config.h"

namespace reprise {

struct Texts {
  Text train, valid;
  std::vector<std::string> warnings;  // of both
};

// How the config reads its files. Throws as load_text.
Text load_text(const TextsConfig& config, const TextFilesConfig& files);

// Without held-out text of its own, takes it from the training text. Throws as load_text and hold_out.
Texts load_texts(const TextsConfig& config);

}  // namespace reprise
