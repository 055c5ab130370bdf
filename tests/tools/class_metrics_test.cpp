#include "tools/trainer/tasks/class_metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/error.h"

namespace reprise {
namespace {

// Numbers with the name of a function are scikit-learn 1.9.1's, of the same items.

ConfusionMatrix matrix_of(int64_t classes, const std::vector<int32_t>& right,
                          const std::vector<int32_t>& given) {
  ConfusionMatrix matrix(classes);
  for (size_t i = 0; i < right.size(); ++i) matrix.add(right[i], given[i]);
  return matrix;
}

// Class 3 is only given, wrongly; class 4 doesn't occur.
ConfusionMatrix five_classes() {
  return matrix_of(5, {0, 0, 0, 1, 1, 2, 2, 2, 2, 0}, {0, 1, 0, 1, 1, 2, 0, 2, 3, 0});
}

// 3 true positives, 1 false negative, 5 true negatives, 2 false positives.
ConfusionMatrix two_classes() {
  return matrix_of(2, {1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0}, {1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1});
}

TEST(ConfusionMatrix, KnowsWhatTheCommonestClassAloneWouldGive) {
  EXPECT_DOUBLE_EQ(five_classes().majority_share(), 0.4);
  EXPECT_EQ(ConfusionMatrix(3).majority_share(), 0);
}

TEST(ConfusionMatrix, CountsWhatWasGivenForWhat) {
  const ConfusionMatrix matrix = five_classes();
  EXPECT_EQ(matrix.classes(), 5);
  EXPECT_EQ(matrix.count(), 10);
  EXPECT_EQ(matrix.at(0, 0), 3);
  EXPECT_EQ(matrix.at(2, 3), 1);
  EXPECT_EQ(matrix.at(3, 2), 0);
}

TEST(ConfusionMatrix, AccuracyIsTheShareOfRightAnswers) {
  EXPECT_DOUBLE_EQ(five_classes().accuracy(), 0.7);  // accuracy_score
  EXPECT_DOUBLE_EQ(five_classes().micro_f1(), 0.7);  // f1_score(average="micro")
}

TEST(ConfusionMatrix, F1IsThatOfOneClass) {
  EXPECT_DOUBLE_EQ(two_classes().f1(1), 0.6666666666666666);  // f1_score
  const ConfusionMatrix matrix = five_classes();              // f1_score(average=None)
  EXPECT_DOUBLE_EQ(matrix.f1(0), 0.75);
  EXPECT_DOUBLE_EQ(matrix.f1(1), 0.8);
  EXPECT_DOUBLE_EQ(matrix.f1(3), 0);
  EXPECT_DOUBLE_EQ(matrix.f1(4), 0);
}

TEST(ConfusionMatrix, MacroF1LeavesOutOnlyClassesThatDoNotOccur) {
  EXPECT_DOUBLE_EQ(five_classes().macro_f1(), 0.5541666666666667);  // f1_score(average="macro")
}

TEST(ConfusionMatrix, MatthewsIsTheCorrelationOfClasses) {
  EXPECT_DOUBLE_EQ(two_classes().matthews(), 0.4485426135725303);   // matthews_corrcoef
  EXPECT_DOUBLE_EQ(five_classes().matthews(), 0.5976143046671968);  // matthews_corrcoef
  EXPECT_EQ(matrix_of(3, {0, 1, 2, 2}, {0, 1, 2, 2}).matthews(), 1);
  EXPECT_EQ(matrix_of(2, {0, 0, 1, 1}, {1, 1, 0, 0}).matthews(), -1);
}

TEST(ConfusionMatrix, MatthewsOfConstantAnswersIsZero) {
  EXPECT_EQ(matrix_of(2, {0, 1, 1}, {1, 1, 1}).matthews(), 0);
  EXPECT_EQ(matrix_of(2, {1, 1, 1}, {0, 1, 1}).matthews(), 0);
}

TEST(ConfusionMatrix, IsZeroWithoutItems) {
  const ConfusionMatrix none(3);
  EXPECT_EQ(none.accuracy(), 0);
  EXPECT_EQ(none.macro_f1(), 0);
  EXPECT_EQ(none.f1(0), 0);
  EXPECT_EQ(none.matthews(), 0);
}

TEST(ConfusionMatrix, RefusesClassesThatItDoesNotHave) {
  ConfusionMatrix matrix(2);
  EXPECT_THROW(matrix.add(2, 0), UsageError);
  EXPECT_THROW(matrix.add(0, -1), UsageError);
  EXPECT_THROW(matrix.f1(2), UsageError);
  EXPECT_THROW(ConfusionMatrix(-1), UsageError);
  EXPECT_EQ(matrix.count(), 0);
}

// Label 3 is only given, wrongly; the third item lacks one label.
LabelCounts four_labels() {
  LabelCounts counts(4);
  const auto add = [&](const std::vector<uint8_t>& right, const std::vector<uint8_t>& given) {
    counts.add(right, given);
  };
  add({1, 0, 1, 0}, {1, 0, 0, 0});
  add({0, 1, 0, 0}, {0, 1, 0, 0});
  add({1, 1, 1, 0}, {1, 0, 1, 0});
  add({0, 0, 0, 0}, {0, 1, 0, 0});
  return counts;
}

TEST(LabelCounts, MeasureEachLabel) {
  const LabelCounts counts = four_labels();  // f1_score(average=None, zero_division=0)
  EXPECT_DOUBLE_EQ(counts.of(0).f1(), 1);
  EXPECT_DOUBLE_EQ(counts.of(1).f1(), 0.5);
  EXPECT_DOUBLE_EQ(counts.of(3).f1(), 0);
  EXPECT_THROW(counts.of(4), UsageError);
}

TEST(YesCounts, MeasureWhatWasGivenAndWhatWasFound) {
  const YesCounts counts = {.true_positives = 3, .false_positives = 1, .false_negatives = 2};
  EXPECT_EQ(counts.right(), 5);
  EXPECT_DOUBLE_EQ(counts.precision(), 0.75);
  EXPECT_DOUBLE_EQ(counts.recall(), 0.6);
  EXPECT_DOUBLE_EQ(counts.f1(), 2 * 0.75 * 0.6 / 1.35);
  EXPECT_EQ(YesCounts{}.precision(), 0);
  EXPECT_EQ(YesCounts{}.recall(), 0);
}

TEST(LabelCounts, MacroF1IsTheMeanOfAllLabels) {
  // f1_score(average="macro", zero_division=0)
  EXPECT_DOUBLE_EQ(four_labels().macro_f1(), 0.5416666666666666);
}

TEST(LabelCounts, MicroF1IsThatOfAllDecisions) {
  EXPECT_DOUBLE_EQ(four_labels().micro_f1(), 0.7272727272727273);  // f1_score(average="micro")
}

TEST(LabelCounts, CountsItemsAndDecisionsThatAreRight) {
  EXPECT_EQ(four_labels().count(), 4);
  EXPECT_DOUBLE_EQ(four_labels().exact_match(), 0.25);       // accuracy_score
  EXPECT_DOUBLE_EQ(four_labels().label_accuracy(), 0.8125);  // 1 - hamming_loss
}

TEST(LabelCounts, TakesAnyNumberButZeroForYes) {
  LabelCounts counts(2);
  counts.add(std::vector<uint8_t>{1, 0}, std::vector<uint8_t>{255, 0});
  EXPECT_EQ(counts.exact_match(), 1);
}

TEST(LabelCounts, IsZeroWithoutItems) {
  const LabelCounts none(3);
  EXPECT_EQ(none.macro_f1(), 0);
  EXPECT_EQ(none.micro_f1(), 0);
  EXPECT_EQ(none.exact_match(), 0);
  EXPECT_EQ(none.label_accuracy(), 0);
}

TEST(LabelCounts, RefusesOtherNumbersOfLabels) {
  LabelCounts counts(2);
  const std::vector<uint8_t> two(2), three(3);
  EXPECT_THROW(counts.add(two, three), UsageError);
  EXPECT_THROW(counts.add(three, two), UsageError);
  EXPECT_THROW(LabelCounts(0), UsageError);
}

TEST(Calibration, ErrorIsTheMeanDistanceOfConfidenceAndAccuracy) {
  Calibration calibration(10);
  for (const bool right : {true, true, true, false}) calibration.add(0.95, right);
  for (const bool right : {true, false}) calibration.add(0.55, right);
  EXPECT_EQ(calibration.count(), 6);
  EXPECT_NEAR(calibration.error(), (4 * (0.95 - 0.75) + 2 * (0.55 - 0.5)) / 6, 1e-15);
}

TEST(Calibration, TooSureAndTooModestBinsDoNotCancel) {
  Calibration calibration(2);
  calibration.add(1.0, false);
  calibration.add(0.0, true);
  EXPECT_EQ(calibration.error(), 1);
}

TEST(Calibration, WithinABinTheyDo) {
  Calibration calibration(2);
  calibration.add(0.75, true);
  calibration.add(0.75, true);
  calibration.add(0.75, true);
  calibration.add(0.75, false);
  EXPECT_EQ(calibration.error(), 0);
}

TEST(Calibration, BinsHaveTheirUpperEnd) {
  Calibration calibration(4);
  for (const double confidence : {0.0, 0.25, 0.5, 0.75, 0.875, 1.0})
    calibration.add(confidence, true);
  std::vector<int64_t> counts;
  for (const Calibration::Bin& bin : calibration.bins()) counts.push_back(bin.count);
  EXPECT_EQ(counts, (std::vector<int64_t>{2, 1, 1, 2}));
}

TEST(Calibration, BinsTellTheirMeans) {
  Calibration calibration;
  calibration.add(0.95, true);
  calibration.add(0.97, false);
  const std::vector<Calibration::Bin> bins = calibration.bins();
  ASSERT_EQ(bins.size(), 15u);
  EXPECT_EQ(bins[14].count, 2);
  EXPECT_DOUBLE_EQ(bins[14].mean_confidence, 0.96);
  EXPECT_DOUBLE_EQ(bins[14].accuracy, 0.5);
  EXPECT_EQ(bins[0].count, 0);
  EXPECT_EQ(bins[0].mean_confidence, 0);
}

TEST(Calibration, IsNotDefinedWithoutAnswersOrWithNaN) {
  Calibration calibration;
  EXPECT_TRUE(std::isnan(calibration.error()));
  calibration.add(0.5, true);
  calibration.add(std::nan(""), true);
  EXPECT_TRUE(std::isnan(calibration.error()));
}

TEST(Calibration, ForgivesRoundingButNoPercentages) {
  Calibration calibration;
  calibration.add(1.0000001, true);
  EXPECT_EQ(calibration.error(), 0);
  EXPECT_THROW(calibration.add(95, true), UsageError);
  EXPECT_THROW(calibration.add(-0.5, true), UsageError);
  EXPECT_EQ(calibration.count(), 1);
}

}  // namespace
}  // namespace reprise
