// ClassificationScores: how good a text classifier's answers are, by every measure that its task has.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "tools/trainer/task.h"
#include "tools/trainer/tasks/class_metrics.h"
#include "tools/trainer/tasks/score.h"

namespace reprise {

class ClassificationScores {
 public:
  // threshold: as reprise predict's. Of one label, answers less probable than it aren't given; of several,
  // those more probable are (kLabelGiven, unless one is given).
  ClassificationScores(LabelKind kind, int64_t outputs, std::optional<double> threshold = std::nullopt);

  // logits [S, outputs] of the batch's texts
  void add(const Tensor& logits, const TokenBatch& batch);

  // loss, and of each kind
  //   one      accuracy, which micro_f1 is too, macro_f1, matthews (and f1, of the second of two classes),
  //            calibration_error (the expected one, 15 bins; Guo et al. 2017), majority_accuracy: by always saying the commonest;
  //            with a threshold answered, the share that reaches it, and answered_accuracy, how many of these
  //            are right (NaN where there are none). The others are of all answers.
  //   several  accuracy (of single decisions), exact_match (of texts), micro_f1, macro_f1
  //   number   mean_squared_error, pearson, spearman
  // and spread, as Score has it.
  NamedNumbers numbers() const;

  // Of LabelKind::one.
  const ConfusionMatrix& confusion() const { return confusion_; }
  const Answers& answers() const { return answers_; }
  // Of LabelKind::several.
  const LabelCounts& labels() const { return labels_; }

 private:
  void add_classes(const Tensor& logits, const TokenBatch& batch);
  void add_labels(const Tensor& logits, const TokenBatch& batch);
  void add_numbers(const Tensor& values, const TokenBatch& batch);

  LabelKind kind_;
  std::optional<double> threshold_;
  Score score_;  // loss and spread
  ConfusionMatrix confusion_;
  Calibration calibration_;
  LabelCounts labels_;
  std::vector<double> given_, right_;  // numbers
  Answers answers_;
  double loss_ = 0;
  int64_t texts_ = 0;
  int64_t answered_ = 0, answered_rightly_ = 0;
};

// The loss that such a classifier is trained to make small, as a sum over the batch's texts times `weight`:
// cross entropy, binary cross entropy in the mean over labels, or the squared error. class_weights: [classes]
// or empty.
Variable classification_loss(LabelKind kind, const Variable& logits, const TokenBatch& batch, double weight,
                             const std::vector<double>& class_weights);

// numbers() in words.
std::string scores_in_words(LabelKind kind, const NamedNumbers& scores);

// A label of a text that may have several is given when it is likelier than not.
inline constexpr double kLabelGiven = 0.5;

}  // namespace reprise
