#include "tools/commands/table_options.h"

#include <CLI/CLI.hpp>

namespace reprise {

void TableOptions::add_to(CLI::App& command) {
  command.add_option("--format", format, "of the table: csv, tsv or jsonl (as in training, else as its name ends)")
      ->check(CLI::IsMember({"csv", "tsv", "jsonl"}));
  // A function, as CLI11 would take an optional bool for a count, which is 0 when nothing is given.
  command.add_flag_function("--header,!--no-header", [this](int64_t count) { header = count > 0; },
                            "its first line has the names of the columns; without, columns are numbers, from 1 (as in "
                            "training, else with)");
}

LabelledColumnsConfig TableOptions::over(LabelledColumnsConfig columns) const {
  if (format) columns.format = format;
  if (header) columns.header = *header;
  return columns;
}

}  // namespace reprise
