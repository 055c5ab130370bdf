#include "tools/commands/tokenize.h"

#include <CLI/CLI.hpp>

#include <vector>

#include "core/parallel.h"
#include "data/vocabulary/vocabulary.h"

namespace reprise {

namespace {

constexpr size_t kLinesAtATime = 8192;
constexpr int64_t kLinesPerTask = 128;

std::string answer(const InputText& input, const Vocabulary& vocabulary, bool jsonl) {
  const std::vector<int32_t> ids = vocabulary.encode(input.text);
  return jsonl ? fmt::format("{{\"ids\":[{}]}}", fmt::join(ids, ","))
               : fmt::format("{}", fmt::join(ids, " "));
}

}  // namespace

ExitCode tokenize(const TokenizeOptions& options) {
  const auto vocabulary = load_vocabulary(options.vocabulary, !options.cased);
  return answer_lines(options.lines, kLinesAtATime, [&](const std::vector<InputText>& texts) {
    std::vector<std::string> answers(texts.size());
    parallel_ranges(static_cast<int64_t>(texts.size()), kLinesPerTask, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const auto at = static_cast<size_t>(i);
        answers[at] = answer(texts[at], *vocabulary, options.lines.jsonl);
      }
    });
    return answers;
  });
}

void add_tokenize(CLI::App& app, TokenizeOptions& options) {
  CLI::App* command =
      app.add_subcommand("tokenize", "Cut text into the ids of a vocabulary's pieces");
  command
      ->add_option("--vocab", options.vocabulary,
                   "vocab.txt of WordPiece, a SentencePiece model (.model), or a model folder")
      ->required();
  command->add_flag("--cased", options.cased, "vocab.txt: keep capitals and accents");
  add_line_options(*command, options.lines, /*texts=*/false);
}

}  // namespace reprise
