#include "tools/trainer/tasks/classification_scores.h"

#include <gtest/gtest.h>

#include <limits>

namespace reprise {
namespace {

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
