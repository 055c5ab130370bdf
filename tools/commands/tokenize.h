// reprise tokenize: text into ids, line by line.
#pragma once

#include <string>

#include "core/error.h"

namespace CLI {
class App;
}

namespace reprise {

struct TokenizeOptions {
  std::string vocabulary;
  std::string input;
  bool cased = false;
  bool jsonl = false;
  int threads = 0;  // 0: all processors
};

// Adds the command to the program.
void add_tokenize(CLI::App& app, TokenizeOptions& options);

// Prints the ids of each line, without [CLS] and [SEP], in the order of the lines: numbers between
// spaces, or with jsonl {"ids": […]} for {"text": "…"}. A line that can't be read is named on
// standard error and answered by an empty one, or {"error": "…"}; the exit code is then that of bad
// data. Throws the errors of load_vocabulary and of reading and writing.
ExitCode tokenize(const TokenizeOptions& options);

}  // namespace reprise
