#include "data/labelled_texts_config.h"

#include <unordered_set>

#include "core/printable.h"
#include "data/lines.h"

namespace reprise {

void LabelledColumnsConfig::fields(Fields& f) {
  f("text_column", text_column, "the column of the text; without a header its number, from 1");
  f("pair_column", pair_column, "that of a second text, for tasks on pairs; null: none");
  f("label_column", label_column, "that of the label");
  f("label_separator", label_separator, "what stands between the labels of a text that may have several; "
    "in JSON lines they may be a list, in which nothing is split");
  f("format", format, "csv; tsv, in which quotes mean nothing, as in GLUE's files; or jsonl: an object a "
    "line; null: as the file's name ends").one_of({"csv", "tsv", "jsonl"});
  f("header", header, "the first line has the names of the columns (csv, tsv)");
}

void LabelledColumnsConfig::check(Problems& problems) const {
  const auto named = [&](const char* key, const std::string& column) {
    if (column.empty()) problems.add(key, "a column needs a name");
  };
  named("text_column", text_column);
  named("label_column", label_column);
  if (pair_column) named("pair_column", *pair_column);
  if (label_separator.empty()) problems.add("label_separator", "nothing separates no labels; give one character or more");
}

TableSettings LabelledColumnsConfig::table(const std::string& path) const {
  const TableFormat kind = !format            ? table_format_of(path)
                           : *format == "csv" ? TableFormat::csv
                           : *format == "tsv" ? TableFormat::tsv
                                              : TableFormat::jsonl;
  return {.format = kind, .header = header};
}

void LabelNamesConfig::fields(Fields& f) {
  f("path", path, "a JSON file with the list of names");
  f("names", names, "the names, in the order of the model's outputs");
}

bool can_be_label(std::string_view name) { return !name.empty() && trimmed(name) == name; }

void LabelNamesConfig::check(Problems& problems) const {
  if (!path && names.empty()) problems.add("names", "no label is named");
  if (path && !names.empty()) problems.add("names", "give a file or the names, not both");
  std::unordered_set<std::string> known;
  for (const std::string& name : names) {
    if (!can_be_label(name)) {
      return problems.add("names", fmt::format("the label \"{}\" is empty or has white space around it, which no "
                                               "text's label has once it is read", printable(name)));
    }
    if (known.insert(name).second) continue;
    return problems.add("names", fmt::format("the label \"{}\" is there twice", printable(name)));
  }
}

void LabelledTextsConfig::fields(Fields& f) {
  f("train", train, "tables of texts with labels, or patterns with *: CSV, TSV, or JSON lines; .gz too")
      .required();
  f("valid", valid, "held-out ones for evaluation; null: some of the training texts, see valid_share");
  f("valid_share", valid_share, "the share of the training texts held out where valid is null: those "
    "whose hash is smallest, whatever the seed; 0: none, evaluation uses the training texts")
      .at_least(0).at_most(0.9);
  f("test", test, "others, looked at once: when the run is finished; null: none");
  LabelledColumnsConfig::fields(f);
  f("labels", labels, "the names of all labels, or a JSON file with their list; null: those of the "
    "training texts, sorted");
  f("class_weights", class_weights, "balanced: rare classes weigh more in the loss, as much in all as the "
    "common ones").one_of({"none", "balanced"});
  f("shuffle", shuffle, "another order in each epoch; false: that of the file");
  f("vocabulary", vocabulary, "the pieces that text is cut into");
  f("max_length", max_length, "tokens of a text, with [CLS] and [SEP]; what is longer is cut at its end, "
    "of a pair the longer text").between(5, 65536);
}

}  // namespace reprise
