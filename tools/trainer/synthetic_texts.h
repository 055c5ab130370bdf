// SyntheticTexts: labelled texts of random tokens, for steps of a classifier.
#pragma once

#include <string>
#include <vector>

#include "tools/trainer/synthetic_dataset.h"

namespace reprise {

class SyntheticTexts final : public LabelledTextDataset {
 public:
  // `labels` are the names of the classes, of which settings.labels tells the kind; none for numbers. Throws
  // as check_synthetic_lengths.
  SyntheticTexts(const DatasetSettings& settings, SyntheticLengths lengths, std::vector<std::string> labels);

  // A synthetic_batch: each text has any class, any of the labels, or a number in [0, 1).
  TokenBatch batch(int64_t micro_batch, int64_t first_sequence) const override;
  int64_t sequences_per_batch() const override { return settings_.sequences; }
  int64_t evaluation_batches() const override { return 0; }
  TokenBatch evaluation_batch(int64_t index) const override { return batch(index, 0); }
  LabelKind kind() const override { return settings_.labels; }
  const std::vector<std::string>& labels() const override { return labels_; }
  const std::vector<double>& class_weights() const override { return class_weights_; }
  std::string description() const override;
  const std::vector<std::string>& warnings() const override { return warnings_; }

 private:
  void add_label(Example& example, RandomStream& random) const;

  DatasetSettings settings_;
  SyntheticLengths lengths_;
  std::vector<std::string> labels_;
  std::vector<double> class_weights_;
  std::vector<std::string> warnings_;
};

// What a classifier of the recipe tells apart: the labels that are given, otherwise those of the training
// texts. Where there are no such files, two labels stand in. None for numbers. Throws as label_names,
// read_labelled_texts and labels_to_learn.
std::vector<std::string> known_labels(const RunConfig& config);

}  // namespace reprise
