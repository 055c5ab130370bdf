// TableOptions: what the command line says of a table's form.
#pragma once

#include <optional>
#include <string>

#include "data/labelled_texts_config.h"

namespace CLI {
class App;
}

namespace reprise {

struct TableOptions {
  std::optional<std::string> format;  // csv, tsv, jsonl
  std::optional<bool> header;         // whether the first line has the names of the columns

  // Adds --format, --header and --no-header.
  void add_to(CLI::App& command);
  // The same columns, in a table of this form; where nothing is given, the form stays.
  LabelledColumnsConfig over(LabelledColumnsConfig columns) const;
};

}  // namespace reprise
