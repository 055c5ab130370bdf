#include "tools/commands/tokenize.h"

#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <vector>

#include "core/json.h"
#include "core/parallel.h"
#include "data/utf8.h"
#include "data/vocabulary/vocabulary.h"
#include "tools/commands/line_blocks.h"
#include "tools/commands/output.h"

namespace reprise {

namespace {

constexpr int64_t kLinesPerTask = 128;

struct Answer {
  std::string line;
  std::string error;  // empty: none
};

std::string text_of(const std::string& line, const std::string& name, int64_t number) {
  const JsonDocument document =
      parse_json(line, name, ExitCode::data, {}, static_cast<int>(number));
  const Json& value = document.value();
  const auto text = value.is_object() ? value.find("text") : value.end();
  if (!value.is_object() || text == value.end() || !text->is_string()) {
    throw DataError("{}:{}: expected an object with \"text\", a string; got {}", name, number,
                    describe_json(value));
  }
  return text->get<std::string>();
}

Answer answer(const std::string& line, const std::string& name, int64_t number,
              const Vocabulary& vocabulary, bool jsonl) {
  try {
    if (!jsonl && !is_utf8(line)) throw DataError("{}:{}: not valid UTF-8", name, number);
    const std::vector<int32_t> ids = vocabulary.encode(jsonl ? text_of(line, name, number) : line);
    if (jsonl) return {fmt::format("{{\"ids\":[{}]}}\n", fmt::join(ids, ",")), ""};
    return {fmt::format("{}\n", fmt::join(ids, " ")), ""};
  } catch (const DataError& error) {
    return {jsonl ? dump_json_line({{"error", error.what()}}) + "\n" : "\n", error.what()};
  }
}

}  // namespace

ExitCode tokenize(const TokenizeOptions& options) {
  if (options.threads > 0) set_threads(options.threads);
  const auto vocabulary = load_vocabulary(options.vocabulary, !options.cased);
  LineBlocks blocks(options.input);
  ExitCode code = ExitCode::ok;
  while (true) {
    const auto lines = blocks.next();
    if (lines.empty()) return code;
    std::vector<Answer> answers(lines.size());
    parallel_ranges(static_cast<int64_t>(lines.size()), kLinesPerTask,
                    [&](int64_t begin, int64_t end) {
                      for (int64_t i = begin; i < end; ++i) {
                        const auto at = static_cast<size_t>(i);
                        answers[at] = answer(lines[at], blocks.name(), blocks.first_line() + i,
                                             *vocabulary, options.jsonl);
                      }
                    });
    std::string all;
    for (const Answer& one : answers) {
      all += one.line;
      if (one.error.empty()) continue;
      code = ExitCode::data;
      fmt::print(stderr, "error: {}\n", one.error);
    }
    print_result(all);
  }
}

void add_tokenize(CLI::App& app, TokenizeOptions& options) {
  CLI::App* command =
      app.add_subcommand("tokenize", "Cut text into the ids of a vocabulary's pieces");
  command
      ->add_option("--vocab", options.vocabulary,
                   "vocab.txt of WordPiece, a SentencePiece model (.model), or a model folder")
      ->required();
  command->add_option("--input", options.input, "a file, a text a line (standard input)");
  command->add_flag("--cased", options.cased, "WordPiece: keep capitals and accents");
  command->add_flag("--jsonl", options.jsonl, "lines {\"text\": …} in, lines {\"ids\": …} out");
  command->add_option("--threads", options.threads, "threads (all processors)")
      ->check(CLI::Range(1, 256));
}

}  // namespace reprise
