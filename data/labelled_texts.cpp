#include "data/labelled_texts.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <unordered_set>

#include "core/error.h"
#include "core/hash.h"
#include "core/json.h"
#include "core/printable.h"
#include "core/suggest.h"
#include "data/lines.h"
#include "data/text.h"

namespace reprise {

namespace {

// The whole of it as a number; nothing when it isn't one.
template <class Number>
std::optional<Number> parsed(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// A label that is a number; std::from_chars knows no plus.
std::optional<double> number_of(std::string_view text) {
  text = trimmed(text);
  const bool plus = text.size() > 1 && text[0] == '+' && (text[1] == '.' || ('0' <= text[1] && text[1] <= '9'));
  return parsed<double>(text.substr(plus ? 1 : 0));
}

std::vector<std::string> split(std::string_view text, std::string_view separator) {
  std::vector<std::string> parts;
  for (bool more = true; more;) {
    const size_t end = std::min(text.find(separator), text.size());
    if (const std::string_view part = trimmed(text.substr(0, end)); !part.empty()) parts.emplace_back(part);
    more = end < text.size();
    text.remove_prefix(std::min(end + separator.size(), text.size()));
  }
  return parts;
}

// The text of a cell that must have one.
const std::string& text_of(const std::vector<std::string>& cell, const std::string& column,
                           const std::string& place) {
  if (cell.size() != 1) {
    throw DataError("{}: \"{}\" has {} values; a text is one", place, printable(column), cell.size());
  }
  if (trimmed(cell[0]).empty()) {
    throw DataError("{}: the text in column \"{}\" is empty; remove the row, or give it a text", place,
                    printable(column));
  }
  return cell[0];
}

// Each once, in order. The elements of a list are labels as they are, but for white space around them:
// a separator may be part of them.
std::vector<std::string> several_labels(const std::vector<std::string>& cell, bool list,
                                        const std::string& separator) {
  std::vector<std::string> labels;
  for (const std::string& value : cell) {
    if (!list) labels = split(value, separator);
    else if (!trimmed(value).empty()) labels.emplace_back(trimmed(value));
  }
  std::ranges::sort(labels);
  const auto repeated = std::ranges::unique(labels);
  labels.erase(repeated.begin(), repeated.end());
  return labels;
}

std::string one_label(const std::vector<std::string>& cell, const LabelledColumnsConfig& config, LabelKind kind,
                      const std::string& place) {
  if (cell.size() != 1 || trimmed(cell[0]).empty()) {
    throw DataError("{}: column \"{}\" has {}; a text has exactly one label (task.type multi_label: any "
                    "number of them)", place, printable(config.label_column),
                    cell.size() > 1 ? "several labels" : "no label");
  }
  if (kind == LabelKind::number) {
    const std::optional<double> value = number_of(cell[0]);
    if (!value || !std::isfinite(*value)) {
      throw DataError("{}: \"{}\" in column \"{}\" is no number, and task.type regression needs one", place,
                      printable(cell[0]), printable(config.label_column));
    }
  }
  return std::string(trimmed(cell[0]));
}

}  // namespace

std::vector<LabelledText> read_labelled_texts(const LabelledColumnsConfig& config,
                                              const std::vector<std::string>& paths, LabelKind kind) {
  std::vector<std::string> columns = {config.text_column, config.label_column};
  if (config.pair_column) columns.push_back(*config.pair_column);
  std::vector<LabelledText> texts;
  for (const std::string& path : matching_files(paths)) {
    for (TableRow& row : read_table(path, config.table(path), columns)) {
      LabelledText text;
      text.place = fmt::format("{}:{}", printable(path), row.line);
      text.text = text_of(row.cells[0], config.text_column, text.place);
      if (config.pair_column) text.pair = text_of(row.cells[2], *config.pair_column, text.place);
      if (kind == LabelKind::several) {
        text.labels = several_labels(row.cells[1], row.lists[1], config.label_separator);
      } else {
        text.labels = {one_label(row.cells[1], config, kind, text.place)};
      }
      texts.push_back(std::move(text));
    }
  }
  return texts;
}

std::vector<std::string> label_names(std::span<const LabelledText> texts) {
  std::unordered_set<std::string> different;
  for (const LabelledText& text : texts) different.insert(text.labels.begin(), text.labels.end());
  std::vector<std::string> names(different.begin(), different.end());
  std::ranges::sort(names);
  const auto whole = [](const std::string& name) { return parsed<int64_t>(name).has_value(); };
  if (std::ranges::all_of(names, whole)) {
    std::ranges::stable_sort(names, {}, [](const std::string& name) { return *parsed<int64_t>(name); });
  }
  return names;
}

std::vector<std::string> label_names(const LabelNamesConfig& config) {
  if (!config.path) return config.names;
  const std::string path = config.path->string();
  const JsonDocument document = read_json(path, ExitCode::data);
  const Json& list = document.value();
  std::vector<std::string> names;
  std::unordered_set<std::string> known;
  for (const Json& name : list.is_array() ? list : Json::array()) {
    if (!name.is_string() || !can_be_label(name.get<std::string>()) || !known.insert(name.get<std::string>()).second) {
      throw DataError("{}: expected different names without white space around them; got {}", document.place(fmt::format("{}", names.size())),
                      describe_json(name));
    }
    names.push_back(name.get<std::string>());
  }
  if (names.empty()) {
    throw DataError("{}: expected a list of label names [\"…\", …]; got {}", document.place(""),
                    describe_json(list));
  }
  return names;
}

LabelNames::LabelNames(std::vector<std::string> names) : names_(std::move(names)) {
  for (size_t i = 0; i < names_.size(); ++i) numbers_.emplace(names_[i], static_cast<int32_t>(i));
}

std::vector<int32_t> LabelNames::numbers_of(const LabelledText& text) const {
  constexpr size_t kMostListed = 12;
  std::vector<int32_t> numbers;
  for (const std::string& label : text.labels) {
    const auto at = numbers_.find(label);
    if (at == numbers_.end()) {
      const std::span shown(names_.data(), std::min(names_.size(), kMostListed));
      throw DataError("{}: the label \"{}\" is none of the {} that are known ({}{}){}", text.place,
                      printable(label), names_.size(), printable(fmt::format("{}", fmt::join(shown, ", "))),
                      shown.size() < names_.size() ? ", …" : "", did_you_mean(label, names_));
    }
    numbers.push_back(at->second);
  }
  std::ranges::sort(numbers);
  return numbers;
}

double label_value(const LabelledText& text) { return *number_of(text.labels.at(0)); }

std::vector<LabelledText> split_off(std::vector<LabelledText>& texts, double share) {
  constexpr double kHashes = 4294967296.0;  // of 8 hexadecimal digits
  const auto held_out = [&](const LabelledText& text) {
    const std::string hash = hash_of(text.text + '\0' + text.pair).substr(0, 8);
    return static_cast<double>(std::strtoul(hash.c_str(), nullptr, 16)) < share * kHashes;
  };
  std::vector<LabelledText> part;
  const auto [first, end] = std::ranges::stable_partition(texts, [&](const auto& t) { return !held_out(t); });
  part.assign(std::make_move_iterator(first), std::make_move_iterator(end));
  texts.erase(first, end);
  return part;
}

}  // namespace reprise
