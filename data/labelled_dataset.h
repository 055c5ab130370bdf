// LabelledDataset: tables of texts with labels, for classifiers.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/epochs.h"
#include "data/labelled_texts.h"
#include "data/vocabulary/vocabulary.h"

namespace reprise {

// What `texts` are for a model with these labels and that vocabulary: sequences of at most `max_length`
// tokens. Throws DataError naming the place of a label that isn't among them.
std::vector<Example> labelled_examples(const std::vector<LabelledText>& texts, LabelKind kind,
                                       const LabelNames& names, const Vocabulary& vocabulary,
                                       int64_t max_length);

// The names of the labels that a classifier learns to tell apart: those that are given, otherwise those of
// the training texts; none for numbers. Throws DataError when there are too few or far too many.
std::vector<std::string> labels_to_learn(const LabelledTextsConfig& config, LabelKind kind,
                                         const std::vector<LabelledText>& train);

// The batches that examples are evaluated in, in their order; the last may be smaller.
int64_t evaluation_batches(const std::vector<Example>& examples);
TokenBatch evaluation_batch(const std::vector<Example>& examples, int64_t index, int64_t max_positions);

class LabelledDataset final : public LabelledTextDataset {
 public:
  // Throws ConfigError where config and settings don't fit together, DataError for tables that can't be
  // used, and the errors of the parts.
  LabelledDataset(const LabelledTextsConfig& config, const DatasetSettings& settings);

  TokenBatch batch(int64_t micro_batch, int64_t first_sequence) const override;
  std::optional<int64_t> batches_per_epoch() const override { return epochs_->batches_per_epoch(); }
  int64_t sequences_per_batch() const override { return settings_.sequences; }
  // In the order of the files.
  int64_t evaluation_batches() const override { return reprise::evaluation_batches(evaluated()); }
  TokenBatch evaluation_batch(int64_t index) const override {
    return reprise::evaluation_batch(evaluated(), index, settings_.max_positions);
  }
  bool evaluates_on_training_data() const override { return valid_.empty(); }
  int64_t test_batches() const override { return reprise::evaluation_batches(test_); }
  TokenBatch test_batch(int64_t index) const override {
    return reprise::evaluation_batch(test_, index, settings_.max_positions);
  }

  LabelKind kind() const override { return settings_.labels; }
  const std::vector<std::string>& labels() const override { return names_; }
  const std::vector<double>& class_weights() const override { return class_weights_; }

  std::string description() const override;
  const std::vector<std::string>& warnings() const override { return warnings_; }
  void write_tokenizer(const std::string& folder) const override;

 private:
  using Examples = std::vector<Example>;

  Examples examples_of(const std::vector<LabelledText>& texts, const LabelNames& names) const;
  const Examples& evaluated() const { return valid_.empty() ? train_ : valid_; }
  std::vector<int64_t> class_counts() const;  // [labels] of the training texts
  std::vector<double> balanced_weights() const;
  void warn();

  DatasetSettings settings_;
  int64_t max_length_;
  std::unique_ptr<const Vocabulary> vocabulary_;
  std::vector<std::string> names_;
  Examples train_, valid_, test_;
  std::vector<double> class_weights_;
  std::optional<Epochs> epochs_;
  std::vector<std::string> warnings_;
};

}  // namespace reprise
