#include "tools/trainer/tasks/classification_scores.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace reprise {
namespace {

// Logits of two classes for three texts: sure and right, sure and wrong, unsure and right.
ClassificationScores of_three_texts(std::optional<double> threshold) {
  ClassificationScores scores(LabelKind::one, 2, threshold);
  TokenBatch batch;
  batch.sentence_labels = Tensor::of<int32_t>({3}, std::vector<int32_t>{0, 0, 1});
  batch.sequence_number = Tensor::of<int32_t>({3}, std::vector<int32_t>{0, 1, 2});
  scores.add(Tensor::of({3, 2}, {4, 0, 0, 4, 0, 0.1}), batch);
  return scores;
}

TEST(ClassificationScores, CountTheAnswersThatReachTheThreshold) {
  const NamedNumbers numbers = of_three_texts(0.9).numbers();
  EXPECT_DOUBLE_EQ(find(numbers, "accuracy"), 2.0 / 3);  // of all
  EXPECT_DOUBLE_EQ(find(numbers, "answered"), 2.0 / 3);
  EXPECT_DOUBLE_EQ(find(numbers, "answered_accuracy"), 0.5);
  EXPECT_EQ(find(of_three_texts(1.0).numbers(), "answered"), 0);
  EXPECT_TRUE(std::isnan(find(of_three_texts(std::nullopt).numbers(), "answered")));
}

TEST(ClassificationScores, GiveTheLabelsAboveTheThreshold) {
  const auto given = [](std::optional<double> threshold) {
    ClassificationScores scores(LabelKind::several, 2, threshold);
    TokenBatch batch;
    batch.targets = Tensor::of({1, 2}, {1, 0});
    batch.sequence_number = Tensor::of<int32_t>({1}, std::vector<int32_t>{0});
    scores.add(Tensor::of({1, 2}, {0.5, -0.5}), batch);  // 0.62, 0.38
    return scores.labels().of(0).true_positives + 10 * scores.labels().of(1).false_positives;
  };
  EXPECT_EQ(given(std::nullopt), 1);
  EXPECT_EQ(given(0.7), 0);
  EXPECT_EQ(given(0.3), 11);
}

TEST(ScoresInWords, GiveBothCorrelations) {
  EXPECT_EQ(scores_in_words(LabelKind::number, {{"mean_squared_error", 0.5}, {"pearson", 0.25}, {"spearman", -1}}),
            "mean squared error 0.5000; correlation 0.2500 (Pearson), -1.0000 (Spearman)");
}

// As when all labels are equal.
TEST(ScoresInWords, SayWhichCorrelationIsUndefined) {
  const double none = -std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(scores_in_words(LabelKind::number, {{"mean_squared_error", 0.5}, {"pearson", none}, {"spearman", none}}),
            "mean squared error 0.5000; correlation undefined (Pearson), undefined (Spearman)");
}

}  // namespace
}  // namespace reprise
