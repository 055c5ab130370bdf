#include "tools/trainer/tasks/classification_scores.h"

#include <algorithm>
#include <cmath>

#include "autograd/ops.h"
#include "tools/trainer/tasks/correlation.h"

namespace reprise {

namespace {

// [S] what each text's class weighs
Tensor weights_of(const Tensor& labels, const std::vector<double>& class_weights) {
  const Tensor weights = Tensor::empty({labels.numel()});
  const auto label = labels.values<int32_t>();
  for (size_t i = 0; i < label.size(); ++i) {
    weights.data()[i] = static_cast<real>(class_weights[static_cast<size_t>(label[i])]);
  }
  return weights;
}

// Where labels or answers are all equal, nothing can be said (correlation.h).
std::string correlation_in_words(double value) {
  return std::isnan(value) ? "undefined" : fmt::format("{:.4f}", value);
}

}  // namespace

Variable classification_loss(LabelKind kind, const Variable& logits, const TokenBatch& batch, double weight,
                             const std::vector<double>& class_weights) {
  const auto outputs = static_cast<double>(logits.shape()[1]);
  switch (kind) {
    case LabelKind::one:
      return cross_entropy(logits, batch.sentence_labels, weight,
                           class_weights.empty() ? Tensor() : weights_of(batch.sentence_labels, class_weights));
    case LabelKind::several: return binary_cross_entropy(logits, batch.targets, weight / outputs);
    case LabelKind::number: break;
  }
  return squared_error(logits, batch.targets, weight);
}

ClassificationScores::ClassificationScores(LabelKind kind, int64_t outputs, std::optional<double> threshold)
    : kind_(kind),
      threshold_(threshold),
      confusion_(kind == LabelKind::one ? outputs : 1),
      labels_(kind == LabelKind::several ? outputs : 1) {}

void ClassificationScores::add(const Tensor& logits, const TokenBatch& batch) {
  loss_ += classification_loss(kind_, Variable(logits), batch, 1, {}).value().item();
  texts_ += batch.sequences();
  score_.look_at(logits);
  switch (kind_) {
    case LabelKind::one: return add_classes(logits, batch);
    case LabelKind::several: return add_labels(logits, batch);
    case LabelKind::number: return add_numbers(logits, batch);
  }
}

void ClassificationScores::add_classes(const Tensor& logits, const TokenBatch& batch) {
  const std::vector<int32_t> given = argmax_rows(logits);
  const auto right = batch.sentence_labels.values<int32_t>();
  const Tensor probabilities = softmax(Variable(logits)).value();
  const int64_t classes = logits.size(1);
  for (size_t i = 0; i < given.size(); ++i) {
    const real probability = probabilities.data()[static_cast<int64_t>(i) * classes + given[i]];
    confusion_.add(right[i], given[i]);
    calibration_.add(probability, right[i] == given[i]);
    const bool sure = probability >= threshold_.value_or(0);
    answered_ += sure;
    answered_rightly_ += sure && right[i] == given[i];
  }
  answers_.given.insert(answers_.given.end(), given.begin(), given.end());
  answers_.right.insert(answers_.right.end(), right.begin(), right.end());
}

void ClassificationScores::add_labels(const Tensor& logits, const TokenBatch& batch) {
  const auto labels = static_cast<size_t>(logits.size(1));
  const Tensor probabilities = sigmoid(Variable(logits)).value();
  std::vector<uint8_t> given(labels), right(labels);
  for (int64_t i = 0; i < batch.sequences(); ++i) {
    for (size_t l = 0; l < labels; ++l) {
      const int64_t at = i * logits.size(1) + static_cast<int64_t>(l);
      given[l] = probabilities.data()[at] > threshold_.value_or(kLabelGiven);
      right[l] = batch.targets.data()[at] > 0;
    }
    labels_.add(right, given);
  }
}

void ClassificationScores::add_numbers(const Tensor& values, const TokenBatch& batch) {
  const auto given = values.values<real>(), right = batch.targets.values<real>();
  given_.insert(given_.end(), given.begin(), given.end());
  right_.insert(right_.end(), right.begin(), right.end());
}

NamedNumbers ClassificationScores::numbers() const {
  const double loss = loss_ / static_cast<double>(std::max<int64_t>(1, texts_));
  NamedNumbers numbers = {{"loss", loss}};
  const auto add = [&](const char* name, double value) { numbers.emplace_back(name, value); };
  switch (kind_) {
    case LabelKind::one:
      add("accuracy", confusion_.accuracy());
      if (confusion_.classes() == 2) add("f1", confusion_.f1(1));
      add("macro_f1", confusion_.macro_f1());
      add("micro_f1", confusion_.micro_f1());
      add("matthews", confusion_.matthews());
      add("calibration_error", calibration_.error());
      add("majority_accuracy", confusion_.majority_share());
      if (threshold_) {
        add("answered", static_cast<double>(answered_) / static_cast<double>(std::max<int64_t>(1, texts_)));
        add("answered_accuracy", static_cast<double>(answered_rightly_) / static_cast<double>(answered_));
      }
      break;
    case LabelKind::several:
      add("accuracy", labels_.label_accuracy());
      add("exact_match", labels_.exact_match());
      add("micro_f1", labels_.micro_f1());
      add("macro_f1", labels_.macro_f1());
      break;
    case LabelKind::number:
      add("mean_squared_error", loss);
      add("pearson", pearson(given_, right_));
      add("spearman", spearman(given_, right_));
      break;
  }
  add("spread", score_.spread());
  return numbers;
}

std::string scores_in_words(LabelKind kind, const NamedNumbers& scores) {
  switch (kind) {
    case LabelKind::one:
      return fmt::format("{:.2f} % right, {:.2f} % by always saying the commonest label; macro F1 {:.4f}, loss "
                         "{:.4f}, probabilities off by {:.1f} points", 100 * find(scores, "accuracy"),
                         100 * find(scores, "majority_accuracy"), find(scores, "macro_f1"), find(scores, "loss"),
                         100 * find(scores, "calibration_error"));
    case LabelKind::several:
      return fmt::format("all labels right of {:.2f} % of the texts, of single labels {:.2f} %; F1 {:.4f} (micro), "
                         "{:.4f} (macro), loss {:.4f}", 100 * find(scores, "exact_match"),
                         100 * find(scores, "accuracy"), find(scores, "micro_f1"), find(scores, "macro_f1"),
                         find(scores, "loss"));
    case LabelKind::number: break;
  }
  return fmt::format("mean squared error {:.4f}; correlation {} (Pearson), {} (Spearman)",
                     find(scores, "mean_squared_error"), correlation_in_words(find(scores, "pearson")),
                     correlation_in_words(find(scores, "spearman")));
}

}  // namespace reprise
