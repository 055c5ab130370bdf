#include "tools/commands/answer_lines.h"

#include <CLI/CLI.hpp>

#include <cctype>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <optional>
#include <utility>

#include "core/json.h"
#include "core/parallel.h"
#include "core/printable.h"
#include "data/lines.h"
#include "data/table_file.h"
#include "data/utf8.h"
#include "tools/commands/output.h"

namespace reprise {

namespace {

constexpr int64_t kLinesPerTask = 128;

struct Line {
  InputText text;
  std::string error;  // why there is no text; empty when there is
};

struct NumberedLine {
  std::string line;
  int64_t number;
  std::optional<InputText> row{};  // of a table: instead of the line
  std::string error{};             // why a row is none; empty when it is
};

// A row of a table that was asked for its column of texts, and of second ones if these are pairs.
NumberedLine of_row(TableRow row, const std::vector<std::string>& columns, const std::string& name) {
  for (size_t c = 0; c < columns.size(); ++c) {
    const size_t values = row.cells[c].size();
    if (values == 1) continue;
    return {.line = {}, .number = row.line,
            .error = fmt::format("{}:{}: \"{}\" has {} values; a text is one", name, row.line,
                                 printable(columns[c]), values)};
  }
  InputText text{std::move(row.cells[0][0])};
  if (columns.size() > 1) text.pair = std::move(row.cells[1][0]);
  return {.line = {}, .number = row.line, .row = std::move(text)};
}

// The lines of a file, of standard input, or of the command line; or the cells of a table's column.
class Lines {
 public:
  explicit Lines(const LineOptions& options) : name_(name_of(options)), input_(&std::cin) {
    check(options);
    for (const std::string& text : options.texts) given_.push_back({text, std::ssize(given_) + 1});
    if (!options.column.empty()) read_column(options);
    whole_ = !options.texts.empty() || !options.column.empty();
    if (whole_) return;
    if (name_ == kStandardInput) {
      std::ios::sync_with_stdio(false);
      return;
    }
    file_.open(options.input, std::ios::binary);
    if (!file_) throw Error(ExitCode::no_input, "{}: can't be opened", name_);
    input_ = &file_;
  }

  // The next ones, at most `most`; empty at the end.
  std::vector<NumberedLine> next(size_t most) {
    std::vector<NumberedLine> lines;
    while (whole_ && lines.size() < most && read_ < std::ssize(given_)) {
      lines.push_back(std::move(given_[static_cast<size_t>(read_++)]));
    }
    if (whole_) return lines;
    for (std::string line; lines.size() < most && std::getline(*input_, line);) {
      if (line.ends_with('\r')) line.pop_back();
      if (read_ == 0) line = std::string(without_byte_order_mark(line));
      lines.push_back({std::move(line), ++read_});
    }
    if (input_->bad()) throw Error(ExitCode::io, "{}: reading failed", name_);
    return lines;
  }

  const std::string& name() const { return name_; }

 private:
  static constexpr const char* kStandardInput = "standard input";
  static std::string name_of(const LineOptions& options) {
    if (!options.texts.empty()) return "text";
    return options.input.empty() || options.input == "-" ? kStandardInput : printable(options.input);
  }

  // What would be passed over in silence.
  void check(const LineOptions& options) const {
    if (!options.texts.empty() && !options.input.empty()) {
      throw Error(ExitCode::usage, "--input: the command line has texts already; leave one of both out");
    }
    if (!options.column.empty()) return;
    if (options.table.format || options.table.header) {
      throw Error(ExitCode::usage, "--format, --header: of a table; name the column of its texts with --column");
    }
    if (is_table(options.input) && !options.jsonl) {
      throw Error(ExitCode::usage, "{}: is a table; name the column of its texts with --column (lines of JSON with "
                  "\"text\": --jsonl; lines as they are: from standard input)", name_);
    }
  }

  static bool is_table(const std::string& path) {
    const std::string name = path.ends_with(".gz") ? path.substr(0, path.size() - 3) : path;
    return name.ends_with(".csv") || name.ends_with(".tsv") || name.ends_with(".jsonl");
  }

  void read_column(const LineOptions& options) {
    if (name_ == kStandardInput || !options.texts.empty()) {
      throw Error(ExitCode::usage, "--column: names a column of the table that --input names");
    }
    std::vector<std::string> columns = {options.column};
    if (options.pairs) columns.push_back(options.pair_column);
    if (columns.back().empty()) {
      throw Error(ExitCode::usage, "this model takes pairs of texts: name the column of the second ones, --pair-column");
    }
    const TableSettings settings = options.table.over(options.like).table(options.input);
    for (TableRow& row : read_table(options.input, settings, columns)) {
      given_.push_back(of_row(std::move(row), columns, name_));
    }
  }

  std::string name_;
  bool whole_ = false;
  std::vector<NumberedLine> given_;  // when all are there at once
  std::ifstream file_;
  std::istream* input_;
  int64_t read_ = 0;
};

// The string under a key of the object in a line.
std::string string_of(const Json& object, const char* key, const std::string& place) {
  const auto text = object.find(key);
  if (text == object.end()) throw DataError("{}: the object has no \"{}\"; its text is expected there", place, key);
  if (!text->is_string()) {
    throw DataError("{}: \"{}\" is to be a string; got {}", place, key, describe_json(*text));
  }
  return text->get<std::string>();
}

InputText of_object(const std::string& line, const std::string& name, int64_t number, bool pairs) {
  const std::string place = fmt::format("{}:{}", name, number);
  if (!trimmed(line).starts_with('{')) {
    throw DataError("{}: expected an object, {{\"text\": …}}; without --jsonl a line is the text itself", place);
  }
  const JsonDocument document = parse_json(line, name, ExitCode::data, {}, static_cast<int>(number));
  InputText input{string_of(document.value(), "text", place)};
  if (pairs) input.pair = string_of(document.value(), "pair", place);
  return input;
}

InputText of_text(std::string line, const std::string& place, bool pairs) {
  if (!is_utf8(line)) throw DataError("{}: not valid UTF-8", place);
  if (!pairs) return {std::move(line)};
  const size_t tab = line.find('\t');
  if (tab == line.npos) throw DataError("{}: this model takes pairs: two texts with a tab between them", place);
  return {line.substr(0, tab), line.substr(tab + 1)};
}

Line parsed(NumberedLine read, const std::string& name, const LineOptions& options) {
  if (!read.error.empty()) return {{}, std::move(read.error)};
  const std::string place = fmt::format("{}:{}", name, read.number);
  try {
    InputText input = read.row                               ? std::move(*read.row)
                      : options.jsonl && options.texts.empty() ? of_object(read.line, name, read.number, options.pairs)
                                                               : of_text(std::move(read.line), place, options.pairs);
    const bool empty = trimmed(input.text).empty() || (options.pairs && trimmed(input.pair).empty());
    if (empty && !options.takes_empty) throw DataError("{}: the text is empty", place);
    return {std::move(input), ""};
  } catch (const DataError& error) {
    return {{}, error.what()};
  }
}

// "--top", and "-top" too, which somebody meant so.
bool is_option(const std::string& text) {
  return text.starts_with("--") || (text.starts_with('-') && text.size() > 1 && std::isalpha(static_cast<unsigned char>(text[1])) &&
                                    text.find_first_of(kWhiteSpace) == text.npos);
}

}  // namespace

ExitCode answer_lines(const LineOptions& options, size_t most,
                      const std::function<std::vector<std::string>(const std::vector<InputText>&)>& answer) {
  if (options.threads > 0) set_threads(options.threads);
  Lines input(options);
  const size_t together = options.batch > 0 ? options.batch : most;
  ExitCode code = ExitCode::ok;
  while (true) {
    std::vector<NumberedLine> read = input.next(together);
    if (read.empty()) return code;
    std::vector<Line> lines(read.size());
    parallel_ranges(static_cast<int64_t>(read.size()), kLinesPerTask, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const auto at = static_cast<size_t>(i);
        lines[at] = parsed(std::move(read[at]), input.name(), options);
      }
    });
    std::vector<InputText> texts;
    for (Line& line : lines) {
      if (line.error.empty()) texts.push_back(std::move(line.text));
    }
    const std::vector<std::string> answers = answer(texts);
    std::string out;
    auto next = answers.begin();
    for (const Line& line : lines) {
      if (line.error.empty()) {
        out += *next++;
      } else {
        code = ExitCode::data;
        fmt::print(stderr, "error: {}\n", line.error);
        if (options.jsonl) out += dump_json_line({{"error", line.error}});
      }
      out += '\n';
    }
    print_result(out);
  }
}

void add_line_options(CLI::App& command, LineOptions& options, bool texts) {
  if (texts) {
    // Not an option of the library: it would take "[MASK] … [SEP]" for a list in brackets.
    command.allow_extras();
    command.footer("Texts may follow as further arguments; then nothing is read.");
    command.callback([&command, &options] {
      options.texts = command.remaining();
      for (const std::string& text : options.texts) {
        if (is_option(text)) throw CLI::ExtrasError({text});
      }
    });
  }
  command.add_option("--input", options.input, "a file with a text a line (standard input)");
  command.add_option("--column", options.column, "the file is a table (.csv, .tsv, .jsonl): the column with the texts");
  options.table.add_to(command);
  command.add_flag("--jsonl", options.jsonl, "lines of JSON: {\"text\": …} is read, an object is written");
  command.add_option("--batch", options.batch, "lines that are read and answered together; 1: each as it comes")
      ->check(CLI::Range(1, 1 << 20));
  command.add_option("--threads", options.threads, "threads (all processors)")->check(CLI::Range(1, 256));
}

}  // namespace reprise
