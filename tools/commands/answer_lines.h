// Commands that answer each line of a file or a pipe with a line, in the same order.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/error.h"
#include "tools/commands/table_options.h"

namespace CLI {
class App;
}

namespace reprise {

struct LineOptions {
  std::vector<std::string> texts;  // on the command line, as they are; then nothing is read
  std::string input;               // a file; empty or "-": standard input
  bool jsonl = false;              // lines {"text": …} instead of text
  std::string column;              // of the file, which is a table then; empty: it has a text a line
  std::string pair_column;         // of the second texts, if these are pairs
  TableOptions table;              // its form
  int threads = 0;                 // 0: all processors
  size_t batch = 0;                // lines that are answered together; 0: as many as the command likes
  // What the command decides:
  bool pairs = false;            // a second text follows after a tab, or is "pair" of the object
  LabelledColumnsConfig like{};  // tables that `table` says nothing else of
  bool takes_empty = true;       // false: an empty text is a line that can't be read
};

struct InputText {
  std::string text;
  std::string pair{};  // empty unless the command takes pairs
};

// Adds --input, --jsonl, --threads and what tables need, and with `texts` texts as arguments.
void add_line_options(CLI::App& command, LineOptions& options, bool texts);

// Calls `answer` with some texts at a time, at most options.batch or else `most`, and prints the lines that
// it returns, one for each text. A line that can't be read is named on standard error and answered by an
// empty one, or with jsonl by {"error": "…"}, and the others are answered; the exit code is then that of bad
// data. A table is read as a whole first, and refused when it isn't one; a row whose text is a list or null is
// such a line.
// Throws Error: no_input for a file that can't be opened, io when reading or writing fails.
ExitCode answer_lines(const LineOptions& options, size_t most,
                      const std::function<std::vector<std::string>(const std::vector<InputText>&)>& answer);

}  // namespace reprise
