#include "tools/commands/predict_labels.h"

#include "autograd/ops.h"
#include "core/error.h"
#include "core/json.h"
#include "core/printable.h"
#include "tools/commands/text_classifier.h"
#include "tools/commands/threshold_option.h"
#include "tools/trainer/tasks/classification_scores.h"
#include "tools/trainer/tasks/score.h"

namespace reprise {

namespace {

constexpr size_t kTextsAtATime = 64;
constexpr const char* kUnknown = "unknown";
constexpr const char* kNoLabel = "-";  // an empty line is that of a broken one

Json top_of(std::span<const real> probabilities, const std::vector<std::string>& labels, int64_t count) {
  Json top = Json::array();
  for (const int32_t l : largest(probabilities, count)) {
    top.push_back({{"label", labels[static_cast<size_t>(l)]}, {"probability", probabilities[static_cast<size_t>(l)]}});
  }
  return top;
}

// The same in words: "label<tab>probability" of each, with tabs between.
std::string top_in_words(std::span<const real> probabilities, const std::vector<std::string>& labels, int64_t count) {
  std::string text;
  for (const int32_t l : largest(probabilities, count)) {
    text += fmt::format("{}{}\t{:.4f}", text.empty() ? "" : "\t", printable(labels[static_cast<size_t>(l)]),
                        probabilities[static_cast<size_t>(l)]);
  }
  return text;
}

std::string one_label(std::span<const real> probabilities, const ClassifierHead& head,
                      const PredictOptions& options) {
  const auto best = static_cast<size_t>(largest(probabilities, 1)[0]);
  const bool sure = probabilities[best] >= options.threshold.value_or(0);
  if (options.lines.jsonl) {
    return dump_json_line({{"label", sure ? head.labels[best] : kUnknown},
                           {"probability", probabilities[best]},
                           {"top", top_of(probabilities, head.labels, options.top.value_or(kUsualTop))}});
  }
  if (sure) return top_in_words(probabilities, head.labels, options.top.value_or(1));  // the answer is the first
  const std::string unknown = fmt::format("{}\t{:.4f}", kUnknown, probabilities[best]);
  return options.top ? unknown + '\t' + top_in_words(probabilities, head.labels, *options.top) : unknown;
}

std::string several_labels(std::span<const real> probabilities, const ClassifierHead& head,
                           const PredictOptions& options) {
  std::vector<std::string> given;
  for (size_t l = 0; l < probabilities.size(); ++l) {
    if (probabilities[l] > options.threshold.value_or(kLabelGiven)) given.push_back(head.labels[l]);
  }
  if (options.lines.jsonl) {
    return dump_json_line({{"labels", given},
                           {"top", top_of(probabilities, head.labels, options.top.value_or(kUsualTop))}});
  }
  std::string names = given.empty() ? kNoLabel : "";
  for (const std::string& label : given) {
    if (!names.empty()) names += head.columns.label_separator;
    names += printable(label);
  }
  return options.top ? names + '\t' + top_in_words(probabilities, head.labels, *options.top) : names;
}

std::string answer(std::span<const real> outputs, const ClassifierHead& head, const PredictOptions& options) {
  switch (head.kind) {
    case LabelKind::one: return one_label(outputs, head, options);
    case LabelKind::several: return several_labels(outputs, head, options);
    case LabelKind::number: break;
  }
  return options.lines.jsonl ? dump_json_line({{"score", outputs[0]}}) : fmt::format("{:.4f}", outputs[0]);
}

std::vector<std::string> answers(const TextClassifier& classifier, std::span<const InputText> texts,
                                 const PredictOptions& options) {
  if (texts.empty()) return {};
  const Variable logits(classifier.logits(classifier.batch(texts)));
  const LabelKind kind = classifier.head().kind;
  const Tensor outputs = (kind == LabelKind::one       ? softmax(logits)
                          : kind == LabelKind::several ? sigmoid(logits)
                                                       : logits).value();
  const auto width = static_cast<size_t>(outputs.size(1));
  std::vector<std::string> lines;
  for (size_t i = 0; i < texts.size(); ++i) {
    lines.push_back(answer(outputs.values().subspan(i * width, width), classifier.head(), options));
  }
  return lines;
}

}  // namespace

ExitCode predict_labels(const PredictOptions& options) {
  const TextClassifier classifier(options.model, precision_named(options.precision));
  const LabelKind kind = classifier.head().kind;
  check_threshold(options.threshold, kind);
  if (options.top && kind == LabelKind::number) {
    throw Error(ExitCode::usage, "--top: this model answers a text by one number; leave it out");
  }
  const LabelledColumnsConfig& trained = classifier.head().columns;
  LineOptions lines = options.lines;
  lines.pairs = options.pairs || trained.pair_column || !lines.pair_column.empty();
  if (lines.pair_column.empty()) lines.pair_column = trained.pair_column.value_or("");
  lines.like = trained;
  lines.takes_empty = false;
  return answer_lines(lines, kTextsAtATime, [&](const std::vector<InputText>& texts) {
    return answers(classifier, texts, options);
  });
}

}  // namespace reprise
