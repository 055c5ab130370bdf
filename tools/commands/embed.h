// reprise embed: texts as vectors.
#pragma once

#include <string>

#include "tools/commands/answer_lines.h"

namespace reprise {

struct EmbedOptions {
  std::string model;
  std::string pooling = "mean";
  LineOptions lines;
};

// Adds the command to the program.
void add_embed(CLI::App& app, EmbedOptions& options);

// The vector of each text, of the encoder's width: the mean of its tokens' last hidden states, [CLS] and
// [SEP] among them, or the first token's. Numbers between spaces, or with jsonl {"embedding": […]}.
// Throws the errors of TextModel and answer_lines.
ExitCode embed(const EmbedOptions& options);

}  // namespace reprise
