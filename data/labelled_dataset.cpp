#include "data/labelled_dataset.h"

#include <algorithm>
#include <string_view>

#include "core/error.h"
#include "core/parallel.h"
#include "core/printable.h"
#include "data/sequence_length.h"
#include "data/text_pieces.h"

namespace reprise {

namespace {

constexpr uint64_t kOrder = 41;       // place of the seed
constexpr int64_t kEvaluated = 64;    // sequences of an evaluation batch
constexpr int64_t kTextsPerTask = 64;
constexpr size_t kMostLabels = 4096;  // their confusion matrix takes 128 MiB

std::vector<std::string_view> all_texts(const std::vector<LabelledText>& texts) {
  std::vector<std::string_view> all;
  for (const LabelledText& text : texts) {
    all.push_back(text.text);
    if (!text.pair.empty()) all.push_back(text.pair);
  }
  return all;
}

// The labels of the text as the task wants them.
void add_label(Example& example, const LabelledText& text, LabelKind kind, const LabelNames& names) {
  if (kind == LabelKind::number) {
    example.targets = {static_cast<float>(label_value(text))};
    return;
  }
  const std::vector<int32_t> numbers = names.numbers_of(text);
  if (kind == LabelKind::one) {
    example.sentence_label = numbers[0];
    return;
  }
  example.targets.assign(static_cast<size_t>(names.count()), 0);
  for (const int32_t number : numbers) example.targets[static_cast<size_t>(number)] = 1;
}

const LabelledTextsConfig& checked(const LabelledTextsConfig& config, const DatasetSettings& settings) {
  check_sequence_length(config.max_length, settings.max_positions);
  if (config.pair_column && settings.segment_types < 2) {
    throw ConfigError("data.pair_column: pairs have two segments, the model's table has {} "
                      "(model.type_vocab_size)", settings.segment_types);
  }
  if (settings.labels != LabelKind::one && config.class_weights != "none") {
    throw ConfigError("data.class_weights: only texts with one label each have classes to balance");
  }
  return config;
}

}  // namespace

std::vector<Example> labelled_examples(const std::vector<LabelledText>& texts, LabelKind kind,
                                       const LabelNames& names, const Vocabulary& vocabulary,
                                       int64_t max_length) {
  std::vector<Example> examples(texts.size());
  parallel_ranges(std::ssize(texts), kTextsPerTask, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      examples[i] = text_pieces(texts[i].text, texts[i].pair, vocabulary, max_length);
      add_label(examples[i], texts[i], kind, names);
    }
  });
  return examples;
}

int64_t evaluation_batches(const std::vector<Example>& examples) {
  return (std::ssize(examples) + kEvaluated - 1) / kEvaluated;
}

TokenBatch evaluation_batch(const std::vector<Example>& examples, int64_t index, int64_t max_positions) {
  const int64_t first = index * kEvaluated;
  const auto part = std::span(examples).subspan(
      static_cast<size_t>(first), static_cast<size_t>(std::min(kEvaluated, std::ssize(examples) - first)));
  return make_batch(part, 0, max_positions);
}

std::vector<std::string> labels_to_learn(const LabelledTextsConfig& config, LabelKind kind,
                                         const std::vector<LabelledText>& train) {
  if (kind == LabelKind::number) return {};
  std::vector<std::string> names = config.labels ? label_names(*config.labels) : label_names(train);
  if (names.empty()) throw DataError("data.train: no text has a label");
  if (names.size() > kMostLabels) {
    throw DataError("data.label_column: \"{}\" has {} different labels, at most {} are possible; is it the "
                    "right column?", printable(config.label_column), names.size(), kMostLabels);
  }
  if (kind == LabelKind::one && names.size() < 2) {
    throw DataError("data.train: every text has the label \"{}\"; there is nothing to tell apart", names[0]);
  }
  return names;
}

LabelledDataset::LabelledDataset(const LabelledTextsConfig& config, const DatasetSettings& settings)
    : settings_(settings), max_length_(checked(config, settings).max_length) {
  const auto read = [&](const TextFilesConfig& files) {
    return read_labelled_texts(config, files.paths(), settings.labels);
  };
  std::vector<LabelledText> train = read(config.train), valid, test;
  names_ = labels_to_learn(config, settings.labels, train);
  if (config.valid) valid = read(*config.valid);
  else valid = split_off(train, config.valid_share);
  if (config.test) test = read(*config.test);
  if (train.empty()) throw DataError("data.valid_share: no text is left to train on");
  vocabulary_ = learn_or_load(config.vocabulary, settings.vocabulary_size, all_texts(train), warnings_);
  const LabelNames names(names_);
  train_ = examples_of(train, names);
  valid_ = examples_of(valid, names);
  test_ = examples_of(test, names);
  if (config.class_weights == "balanced") class_weights_ = balanced_weights();
  epochs_.emplace(std::ssize(train_), settings.sequences, RandomKey(settings.seed).at(kOrder), config.shuffle);
  warn();
}

LabelledDataset::Examples LabelledDataset::examples_of(const std::vector<LabelledText>& texts,
                                                       const LabelNames& names) const {
  return labelled_examples(texts, settings_.labels, names, *vocabulary_, max_length_);
}

// n / (classes · n of the class): in the mean over texts 1.
std::vector<double> LabelledDataset::balanced_weights() const {
  const std::vector<int64_t> counts = class_counts();
  const auto present = std::ranges::count_if(counts, [](int64_t n) { return n > 0; });
  std::vector<double> weights;
  for (const int64_t n : counts) {
    weights.push_back(n > 0 ? static_cast<double>(train_.size()) / static_cast<double>(present * n) : 0);
  }
  return weights;
}

std::vector<int64_t> LabelledDataset::class_counts() const {
  std::vector<int64_t> counts(names_.size());
  for (const Example& example : train_) ++counts[static_cast<size_t>(*example.sentence_label)];
  return counts;
}

void LabelledDataset::warn() {
  if (valid_.empty()) {
    warnings_.emplace_back("there are no held-out texts (data.valid, data.valid_share): evaluation uses those "
                           "that the model is trained on");
  }
  const auto cut = std::ranges::count_if(train_, [&](const Example& example) {
    return std::ssize(example.ids) == max_length_;
  });
  if (cut * 20 > std::ssize(train_)) {
    warnings_.push_back(fmt::format("{} of {} training texts fill data.max_length {} or were cut to it", cut,
                                    train_.size(), max_length_));
  }
  if (settings_.labels != LabelKind::one) return;
  const std::vector<int64_t> counts = class_counts();
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) {
      warnings_.push_back(fmt::format("no training text has the label \"{}\": it won't be learnt", names_[i]));
    }
  }
}

TokenBatch LabelledDataset::batch(int64_t micro_batch, int64_t first_sequence) const {
  Examples chosen;
  for (const int32_t item : epochs_->items(micro_batch)) chosen.push_back(train_[static_cast<size_t>(item)]);
  return make_batch(chosen, first_sequence, settings_.max_positions);
}

std::string LabelledDataset::description() const {
  std::string text = fmt::format("labelled texts: {}", train_.size());
  if (!names_.empty()) text += fmt::format(" with {} labels", names_.size());
  text += fmt::format(", {} pieces", vocabulary_->size());
  if (!valid_.empty()) text += fmt::format("; held out: {}", valid_.size());
  if (!test_.empty()) text += fmt::format("; to test at the end: {}", test_.size());
  return text;
}

void LabelledDataset::write_tokenizer(const std::string& folder) const {
  vocabulary_->write_files(max_length_, folder);
}

}  // namespace reprise
