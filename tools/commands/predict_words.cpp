#include "tools/commands/predict_words.h"

#include "autograd/ops.h"
#include "core/json.h"
#include "core/printable.h"
#include "tools/commands/text_model.h"
#include "tools/trainer/tasks/score.h"
#include "tools/trainer/tasks/tokens_of.h"

namespace reprise {

namespace {

constexpr size_t kTextsAtATime = 64;

// The answer to one [MASK]: probabilities [V].
Json guesses(std::span<const real> probabilities, int64_t top, const Vocabulary& vocabulary) {
  Json list = Json::array();
  for (const int32_t id : largest(probabilities.first(static_cast<size_t>(vocabulary.size())), top)) {
    list.push_back({{"piece", vocabulary.text_of(id)}, {"probability", probabilities[id]}});
  }
  return list;
}

std::string in_words(const Json& masks) {
  std::string text;
  for (const Json& mask : masks) {
    text += text.empty() ? "" : "; ";
    if (mask.is_null()) text += "beyond what the model reads";
    for (size_t g = 0; g < mask.size(); ++g) {
      text += fmt::format("{}\"{}\" {:.1f} %", g == 0 ? "" : ", ", mask[g]["piece"].get<std::string>(),
                          100 * mask[g]["probability"].get<double>());
    }
  }
  return text.empty() ? "no [MASK]" : text;
}

std::vector<std::string> answers(const TextModel& model, std::span<const InputText> texts,
                                 const PredictOptions& options) {
  if (texts.empty()) return {};
  const TokenBatch batch = model.batch(texts);
  std::vector<Json> masks(texts.size(), Json::array());
  if (batch.predictions() > 0) {
    const Context plain{.precision = precision_named(options.precision)};
    const Variable x = model.encoder().encode(plain, tokens_of(batch));
    const Variable rows = gather_rows(x, batch.masked_rows);
    const Tensor p = softmax(model.encoder().predict_tokens(plain, rows)).value();
    const auto width = static_cast<size_t>(p.shape()[1]);
    const auto offsets = batch.offsets.values<int32_t>();
    const int64_t top = options.top.value_or(kUsualTop);
    size_t text = 0;
    for (size_t m = 0; m < static_cast<size_t>(batch.predictions()); ++m) {
      while (batch.masked_rows.values<int32_t>()[m] >= offsets[text + 1]) ++text;
      masks[text].push_back(guesses(p.values().subspan(m * width, width), top, model.vocabulary()));
    }
  }
  std::vector<std::string> lines;
  for (size_t i = 0; i < texts.size(); ++i) {
    Json& of_text = masks[i];
    of_text.get_ref<Json::array_t&>().resize(count_masks(texts[i].text));  // null: cut off with the text's end
    lines.push_back(options.lines.jsonl ? dump_json_line({{"masks", of_text}}) : in_words(of_text));
  }
  return lines;
}

}  // namespace

ExitCode predict_words(const PredictOptions& options) {
  if (options.threshold || options.pairs || !options.lines.pair_column.empty()) {
    throw Error(ExitCode::usage, "--threshold, --pairs and --pair-column: of a classifier; this model fills [MASK]s, leave "
                "them out");
  }
  const TextModel model(options.model);
  if (!model.predicts_words()) {
    throw ConfigError("{}: this model has no head for masked words; reprise embed gives the vectors of texts",
                      printable(options.model));
  }
  return answer_lines(options.lines, kTextsAtATime, [&](const std::vector<InputText>& texts) {
    return answers(model, texts, options);
  });
}

}  // namespace reprise
