#include "tools/commands/evaluate.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <tuple>
#include <vector>

#include "core/json.h"
#include "core/parallel.h"
#include "core/printable.h"
#include "core/timing.h"
#include "data/labelled_dataset.h"
#include "tools/commands/text_classifier.h"
#include "tools/commands/text_table.h"
#include "tools/commands/threshold_option.h"
#include "tools/trainer/metrics_log.h"
#include "tools/trainer/tasks/classification_scores.h"

namespace reprise {

namespace {

LabelledColumnsConfig columns(const ClassifierHead& head, const EvaluateOptions& options) {
  LabelledColumnsConfig columns = options.table.over(head.columns);
  if (options.text_column) columns.text_column = *options.text_column;
  if (options.label_column) columns.label_column = *options.label_column;
  if (options.pair_column) columns.pair_column = options.pair_column;
  return columns;
}

ClassificationScores scores_of(const TextClassifier& classifier, const std::vector<Example>& examples,
                               std::optional<double> threshold) {
  ClassificationScores scores(classifier.head().kind, classifier.head().outputs(), threshold);
  for (int64_t i = 0; i < evaluation_batches(examples); ++i) {
    const TokenBatch batch = evaluation_batch(examples, i, classifier.max_positions());
    scores.add(classifier.logits(batch), batch);
  }
  return scores;
}

// The labels most often taken for others, the commonest mistake first.
std::string mistakes(const ConfusionMatrix& confusion, const std::vector<std::string>& labels) {
  constexpr size_t kShown = 5;
  std::vector<std::tuple<int64_t, int64_t, int64_t>> found;  // count, right, given
  for (int64_t right = 0; right < confusion.classes(); ++right) {
    for (int64_t given = 0; given < confusion.classes(); ++given) {
      const int64_t count = confusion.at(right, given);
      if (right != given && count > 0) found.emplace_back(-count, right, given);
    }
  }
  if (found.empty()) return "";
  std::ranges::sort(found);
  TextTable table;
  table.row({"times", "the label is", "and was taken for"});
  for (const auto& [count, right, given] : std::span(found).first(std::min(kShown, found.size()))) {
    table.row({std::to_string(-count), printable(labels[static_cast<size_t>(right)]),
               printable(labels[static_cast<size_t>(given)])});
  }
  return "Commonest mistakes:\n" + table.text();
}

// The labels that texts may have several of, each by itself.
std::string label_table(const LabelCounts& counts, const std::vector<std::string>& labels) {
  TextTable table;
  table.row({"label", "texts with it", "precision", "recall", "F1"});
  for (int64_t l = 0; l < counts.labels(); ++l) {
    const YesCounts& of = counts.of(l);
    table.row({printable(labels[static_cast<size_t>(l)]), std::to_string(of.right()),
               fmt::format("{:.4f}", of.precision()), fmt::format("{:.4f}", of.recall()),
               fmt::format("{:.4f}", of.f1())});
  }
  return table.text();
}

Json label_list(const LabelCounts& counts, const std::vector<std::string>& labels) {
  Json list = Json::array();
  for (int64_t l = 0; l < counts.labels(); ++l) {
    const YesCounts& of = counts.of(l);
    list.push_back({{"label", labels[static_cast<size_t>(l)]}, {"texts", of.right()}, {"precision", of.precision()},
                    {"recall", of.recall()}, {"f1", of.f1()}});
  }
  return list;
}

// What a threshold does to the answers of one label each.
std::string threshold_in_words(double threshold, const NamedNumbers& scores) {
  const double answered = find(scores, "answered"), right = find(scores, "answered_accuracy");
  if (answered == 0) return fmt::format("At a threshold of {} no text is answered.\n", threshold);
  return fmt::format("At a threshold of {} {:.2f} % of the texts are answered, {:.2f} % of these rightly.\n", threshold,
                     100 * answered, 100 * right);
}

Json json_of(const ClassificationScores& scores, const ClassifierHead& head, size_t texts, double seconds) {
  Json json = {{"texts", texts}, {"seconds", seconds}};
  for (const auto& [name, value] : scores.numbers()) json[name] = number_or_null(value);
  if (head.kind == LabelKind::several) json["labels"] = label_list(scores.labels(), head.labels);
  if (head.kind != LabelKind::one) return json;
  json["labels"] = head.labels;
  Json rows = Json::array();
  for (int64_t right = 0; right < scores.confusion().classes(); ++right) {
    Json row = Json::array();
    for (int64_t given = 0; given < scores.confusion().classes(); ++given) {
      row.push_back(scores.confusion().at(right, given));
    }
    rows.push_back(std::move(row));
  }
  json["confusion"] = std::move(rows);
  return json;
}

}  // namespace

void add_evaluate(CLI::App& app, EvaluateOptions& options) {
  CLI::App* command = app.add_subcommand("evaluate", "Score a classifier on labelled texts");
  command->add_option("model", options.model, "a classifier's folder: final/ of a run, or Hugging Face's")
      ->required();
  command->add_option("--data", options.data, "a table of texts with labels: CSV, TSV, or JSON lines")->required();
  command->add_option("--text-column", options.text_column, "the column of the text (as in training)");
  command->add_option("--pair-column", options.pair_column, "that of a second text (as in training)");
  command->add_option("--label-column", options.label_column, "that of the label (as in training)");
  options.table.add_to(*command);
  add_threshold(*command, options.threshold, "of labels: also say how many texts reach this probability, and how many "
                "of these are right; of texts with several labels: those above it are given (0.5)");
  command->add_option("--precision", options.precision, "of products: float32, bfloat16, or auto: the faster one "
                      "(float32)")
      ->check(CLI::IsMember({"float32", "bfloat16", "auto"}));
  command->add_flag("--json", options.json, "print JSON, for scripts");
  command->add_option("--threads", options.threads, "threads (all processors)")->check(CLI::Range(1, 256));
}

std::string evaluate(const EvaluateOptions& options) {
  if (options.threads > 0) set_threads(options.threads);
  const TextClassifier classifier(options.model, precision_named(options.precision));
  const ClassifierHead& head = classifier.head();
  check_threshold(options.threshold, head.kind);
  const std::vector<LabelledText> texts = read_labelled_texts(columns(head, options), {options.data}, head.kind);
  Stopwatch clock;
  const std::vector<Example> examples = labelled_examples(texts, head.kind, LabelNames(head.labels),
                                                          classifier.vocabulary(), classifier.max_length());
  const ClassificationScores scores = scores_of(classifier, examples, options.threshold);
  const double seconds = clock.lap();
  if (options.json) return dump_json(json_of(scores, head, texts.size(), seconds)) + '\n';
  const NamedNumbers numbers = scores.numbers();
  std::string text = fmt::format("{} texts in {:.1f} s: {}\n", texts.size(), seconds,
                                 scores_in_words(head.kind, numbers));
  if (head.kind == LabelKind::one && options.threshold) text += threshold_in_words(*options.threshold, numbers);
  if (head.kind == LabelKind::one) text += mistakes(scores.confusion(), head.labels);
  if (head.kind == LabelKind::several) text += label_table(scores.labels(), head.labels);
  return text;
}

}  // namespace reprise
