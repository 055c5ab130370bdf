#include "tools/commands/embed.h"

#include <CLI/CLI.hpp>

#include "autograd/ops.h"
#include "tools/commands/text_model.h"
#include "tools/trainer/tasks/tokens_of.h"

namespace reprise {

namespace {

constexpr size_t kTextsAtATime = 64;

std::vector<std::string> answers(const TextModel& model, std::span<const InputText> texts,
                                 const EmbedOptions& options) {
  if (texts.empty()) return {};
  const TokenBatch batch = model.batch(texts);
  const Variable x = model.encoder().encode({}, tokens_of(batch));
  const Variable vectors = options.pooling == "mean"
                               ? sequence_mean(x, batch.offsets)
                               : gather_rows(x, batch.offsets.slice(0, batch.sequences()));
  const auto width = static_cast<size_t>(vectors.shape()[1]);
  std::vector<std::string> lines;
  for (size_t i = 0; i < texts.size(); ++i) {
    const auto row = vectors.value().values().subspan(i * width, width);
    lines.push_back(options.lines.jsonl ? fmt::format("{{\"embedding\":[{}]}}", fmt::join(row, ","))
                                        : fmt::format("{}", fmt::join(row, " ")));
  }
  return lines;
}

}  // namespace

ExitCode embed(const EmbedOptions& options) {
  const TextModel model(options.model);
  return answer_lines(options.lines, kTextsAtATime, [&](const std::vector<InputText>& texts) {
    return answers(model, texts, options);
  });
}

void add_embed(CLI::App& app, EmbedOptions& options) {
  CLI::App* command = app.add_subcommand("embed", "Give the vectors that an encoder makes of texts");
  command->add_option("model", options.model, "a model folder: final/ of a run, or Hugging Face's")->required();
  command
      ->add_option("--pooling", options.pooling,
                   "mean: of all tokens' last hidden states; first: that of [CLS] (mean)")
      ->check(CLI::IsMember({"mean", "first"}));
  add_line_options(*command, options.lines, /*texts=*/true);
}

}  // namespace reprise
