// Tables: rows of named cells, from CSV, TSV and JSON Lines files.
//
// The files may be packed with gzip, begin with a byte order mark and have CRLF line ends. Empty
// lines are skipped.
//   csv    RFC 4180: cells between commas; a cell in double quotes may have commas, line breaks and
//          doubled quotes in it. Elsewhere in a cell a quote is an ordinary character. Spaces stay.
//   tsv    as GLUE's files: cells between tabs, quotes are ordinary characters
//   jsonl  a JSON object a line, its keys are the columns
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace reprise {

// A row, with its cells in the order of the columns that were asked for.
struct TableRow {
  // [columns][values] One value a cell; only in jsonl does a list give several, and null none.
  std::vector<std::vector<std::string>> cells;
  std::vector<bool> lists;  // [columns] whether it was a list; only in jsonl
  int64_t line = 0;  // where the row begins in the file, from 1
};

enum class TableFormat : uint8_t { csv, tsv, jsonl };

// The format by the end of the name, in large or small letters: .csv, .tsv, .txt (tsv), .jsonl,
// .json (jsonl), each also with .gz. Throws DataError for other names.
TableFormat table_format_of(const std::string& path);

struct TableSettings {
  TableFormat format = TableFormat::csv;
  // Whether the first row of a csv or tsv file names the columns. Without (CoLA's train.tsv, say)
  // columns are asked for by number: "1", "2", …
  bool header = true;
};

// All rows of the file, at least one. In jsonl numbers become the shortest text that reads back as
// the same number (3.0 is "3"; beyond 64 bits, the nearest double), true and false their names.
//
// Throws DataError naming file and line for what is no UTF-8 text or not of the format, a row with
// more or fewer cells than the first, a column or key that is missing; Error as core/files.h.
std::vector<TableRow> read_table(const std::string& path, const TableSettings& settings,
                                 const std::vector<std::string>& columns);

}  // namespace reprise
