// reprise tokenize: text into ids, line by line.
#pragma once

#include <string>

#include "tools/commands/answer_lines.h"

namespace reprise {

struct TokenizeOptions {
  std::string vocabulary;
  bool cased = false;
  LineOptions lines;
};

// Adds the command to the program.
void add_tokenize(CLI::App& app, TokenizeOptions& options);

// Prints the ids of each line, without [CLS] and [SEP]: numbers between spaces, or with jsonl
// {"ids": […]}. Throws the errors of load_vocabulary and answer_lines, which says what becomes of lines
// that can't be read.
ExitCode tokenize(const TokenizeOptions& options);

}  // namespace reprise
