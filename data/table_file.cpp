#include "data/table_file.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/files.h"
#include "core/json.h"
#include "core/json_path.h"
#include "core/printable.h"
#include "core/suggest.h"
#include "data/lines.h"
#include "data/row_cutter.h"
#include "data/utf8.h"

namespace reprise {

namespace {

using Strings = std::vector<std::string>;

constexpr size_t kNamesListed = 20;  // of the columns that are there
constexpr size_t kNameShown = 100;   // bytes
constexpr size_t kPathShown = 4096;

// Text in UTF-8 without NUL bytes. `name` is the path as messages show it.
std::string read_checked(const std::string& path, const std::string& name) {
  std::string content = read_text(path);
  refuse_binary(name, content);
  if (const size_t valid = valid_utf8_prefix(content); valid < content.size()) {
    const auto line = 1 + std::ranges::count(content.substr(0, valid), '\n');
    throw DataError("{}:{}: not valid UTF-8; convert the file, for instance with iconv", name, line);
  }
  return content;
}

std::string count_cells(size_t count) {
  return fmt::format("{} {}", count, count == 1 ? "cell" : "cells");
}

// What can be named, for the end of a sentence about `wanted`, which isn't there.
std::string among(const std::string& wanted, const Strings& names) {
  if (names.empty()) return ": the object is empty";
  Strings shown;
  for (const std::string& name : names) shown.push_back(printable(name, kNameShown));
  const std::string meant = did_you_mean(wanted, shown);
  const bool cut = shown.size() > kNamesListed;
  shown.resize(std::min(shown.size(), kNamesListed));
  return fmt::format(" among \"{}\"{}{}", fmt::join(shown, "\", \""),
                     cut ? fmt::format(", … ({} in all)", names.size()) : "", meant);
}

// Why a column may be missing: the first row is a single cell with the separator of another format.
std::string separator_hint(const Strings& first, TableFormat format) {
  if (first.size() != 1) return "";
  const auto has = [&](char c) { return first[0].find(c) != std::string::npos; };
  if (format == TableFormat::tsv) {
    return has(',') ? "; this row has commas and no tab: is its format \"csv\"?" : "";
  }
  if (has('\t')) return "; this row has tabs and no comma: is its format \"tsv\"?";
  return has(';') ? "; this row has ';' and no comma: save the table with commas" : "";
}

// A row by which to find columns, and its place "file:line".
struct FirstRow {
  Strings cells;
  std::string place;
  TableFormat format;
};

size_t named_column(const std::string& column, const FirstRow& header) {
  const auto begin = header.cells.begin();
  const auto found = std::find(begin, header.cells.end(), column);
  if (found == header.cells.end()) {
    throw DataError("{}: no column \"{}\"{}{}", header.place, printable(column, kNameShown),
                    among(column, header.cells), separator_hint(header.cells, header.format));
  }
  const auto second = std::find(found + 1, header.cells.end(), column);
  if (second != header.cells.end()) {
    throw DataError("{}: the column \"{}\" is there twice, in cells {} and {}", header.place,
                    printable(column, kNameShown), found - begin + 1, second - begin + 1);
  }
  return static_cast<size_t>(found - begin);
}

size_t numbered_column(const std::string& column, const FirstRow& row) {
  size_t number = 0;
  const char* const last = column.data() + column.size();
  const auto [end, error] = std::from_chars(column.data(), last, number);
  if (error != std::errc() || end != last || number == 0) {
    throw DataError(
        "{}: no column \"{}\": without a header, columns are asked for by their numbers, from 1",
        row.place, printable(column, kNameShown));
  }
  if (number > row.cells.size()) {
    throw DataError("{}: no column {}: the row has {}{}", row.place, number,
                    count_cells(row.cells.size()), separator_hint(row.cells, row.format));
  }
  return number - 1;
}

TableRow row_of(const Strings& cells, const std::vector<size_t>& wanted, int64_t line) {
  TableRow row;
  row.line = line;
  for (const size_t column : wanted) row.cells.push_back({cells[column]});
  row.lists.resize(wanted.size());
  return row;
}

std::vector<TableRow> read_delimited(std::string_view text, const TableSettings& settings,
                                     const Strings& columns, const std::string& name) {
  RowCutter cutter(text, settings.format, name);
  FirstRow first{.cells = {}, .place = {}, .format = settings.format};
  if (!cutter.next(first.cells)) return {};
  first.place = fmt::format("{}:{}", name, cutter.line());
  std::vector<size_t> wanted;
  for (const std::string& column : columns) {
    wanted.push_back(settings.header ? named_column(column, first)
                                     : numbered_column(column, first));
  }
  std::vector<TableRow> rows;
  if (!settings.header) rows.push_back(row_of(first.cells, wanted, cutter.line()));
  for (Strings cells; cutter.next(cells);) {
    if (cells.size() != first.cells.size()) {
      throw DataError("{}:{}: {}, and the {} at {} has {}; {}", name, cutter.line(),
                      count_cells(cells.size()), settings.header ? "header" : "first row",
                      first.place, first.cells.size(),
                      settings.format == TableFormat::csv
                          ? "put cells with commas or line breaks in double quotes"
                          : "no cell can have tabs or line breaks: mend the row or remove it");
    }
    rows.push_back(row_of(cells, wanted, cutter.line()));
  }
  return rows;
}

JsonDocument parse_line(std::string_view line, const std::string& name, int64_t number) {
  try {
    return parse_json(line, name, ExitCode::data, {}, static_cast<int>(number));
  } catch (const DataError& error) {  // often a list or an object that is written over many lines
    throw DataError("{}; line {} must be a JSON object of its own", error.what(), number);
  }
}

// The text of a plain value; `path` is where it is in the document.
std::string text_of(const Json& value, const JsonDocument& document, const std::string& path) {
  // The JSON library would write 3 as 3.0 when that is how it was read.
  if (value.is_number_float()) return fmt::format("{}", value.get<double>());
  if (value.is_number() || value.is_boolean()) return dump_json_line(value);
  if (!value.is_string()) {
    throw DataError("{}: expected text, a number, true, false or a list of these, not {}",
                    document.place(path), describe_json(value));
  }
  std::string text = value.get<std::string>();
  if (text.find('\0') != std::string::npos) {  // from \u0000
    throw DataError("{}: the text has a NUL character in it", document.place(path));
  }
  return text;
}

Strings json_cell(const JsonDocument& document, const std::string& column) {
  const Json& object = document.value();
  const auto found = object.find(column);
  if (found == object.end()) {
    Strings keys;
    for (auto it = object.begin(); it != object.end(); ++it) keys.push_back(it.key());
    throw DataError("{}: no key \"{}\"{}", document.place(""), printable(column, kNameShown),
                    among(column, keys));
  }
  if (found->is_null()) return {};
  const std::string path = join_path("", column);
  if (!found->is_array()) return {text_of(*found, document, path)};
  Strings texts;
  for (const Json& element : *found) {
    texts.push_back(text_of(element, document, join_path(path, std::to_string(texts.size()))));
  }
  return texts;
}

std::vector<TableRow> read_json_lines(std::string_view text, const Strings& columns,
                                      const std::string& name) {
  std::vector<TableRow> rows;
  for_each_line(text, [&](std::string_view line, int64_t number) {
    if (trimmed(line).empty()) return;
    const JsonDocument document = parse_line(line, name, number);
    if (!document.value().is_object()) {
      throw DataError("{}: expected an object, not {}; the keys are the table's columns",
                      document.place(""), describe_json(document.value()));
    }
    TableRow row;
    row.line = number;
    for (const std::string& column : columns) {
      row.cells.push_back(json_cell(document, column));
      row.lists.push_back(document.value().find(column)->is_array());
    }
    rows.push_back(std::move(row));
  });
  return rows;
}

}  // namespace

TableFormat table_format_of(const std::string& path) {
  static constexpr std::pair<std::string_view, TableFormat> kEndings[] = {
      {".csv", TableFormat::csv},     {".tsv", TableFormat::tsv},    {".txt", TableFormat::tsv},
      {".jsonl", TableFormat::jsonl}, {".json", TableFormat::jsonl},
  };
  const std::string lower = lower_case(path);
  std::string_view name = lower;
  if (name.ends_with(".gz")) name.remove_suffix(3);
  for (const auto& [ending, format] : kEndings) {
    if (name.ends_with(ending)) return format;
  }
  throw DataError(
      "{}: not the name of a table, which ends in .csv, .tsv, .txt, .jsonl or .json, and .gz when "
      "it is packed; give its format, \"csv\", \"tsv\" or \"jsonl\": data.format of a recipe, or a "
      "command's --format",
      printable(path, kPathShown));
}

std::vector<TableRow> read_table(const std::string& path, const TableSettings& settings,
                                 const Strings& columns) {
  const std::string name = printable(path, kPathShown);
  if (std::ranges::count(columns, "") > 0) {
    throw DataError("{}: a column without a name can't be asked for", name);
  }
  const std::string content = read_checked(path, name);
  const std::string_view text = without_byte_order_mark(content);
  std::vector<TableRow> rows = settings.format == TableFormat::jsonl
                                   ? read_json_lines(text, columns, name)
                                   : read_delimited(text, settings, columns, name);
  if (rows.empty()) {
    throw DataError("{}: no row in it: the file is empty or has nothing but a header", name);
  }
  return rows;
}

}  // namespace reprise
