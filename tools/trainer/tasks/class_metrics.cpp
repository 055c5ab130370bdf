#include "tools/trainer/tasks/class_metrics.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace reprise {
namespace {

// How far past 0 or 1 a probability may come by rounding.
constexpr double kRounding = 1e-3;

// The size for a vector: before it is made, for a negative one would be a vector of 2^64.
size_t at_least_one(int64_t size, const char* what) {
  if (size < 1) throw UsageError("{}: at least 1 is needed, not {}", what, size);
  return static_cast<size_t>(size);
}

double ratio(double part, double whole) { return whole > 0 ? part / whole : 0; }

// 2 P R / (P + R) of precision and recall is 2 TP / (2 TP + FP + FN), which is undefined less
// often. yeses: those that are right and those that were given, 2 TP + FP + FN.
double f1_of(int64_t true_positives, int64_t yeses) {
  return ratio(2 * static_cast<double>(true_positives), static_cast<double>(yeses));
}

}  // namespace

ConfusionMatrix::ConfusionMatrix(int64_t classes)
    : classes_(classes), cells_(at_least_one(classes, "confusion matrix: classes")) {
  cells_.resize(cells_.size() * cells_.size());
}

size_t ConfusionMatrix::cell(int64_t right, int64_t given) const {
  if (std::min(right, given) < 0 || std::max(right, given) >= classes_)
    throw UsageError("confusion matrix: class {} given for class {}, but there are {} classes",
                     given, right, classes_);
  return static_cast<size_t>(right * classes_ + given);
}

void ConfusionMatrix::add(int32_t right, int32_t given) {
  ++cells_[cell(right, given)];
  ++count_;
}

ConfusionMatrix::OneClass ConfusionMatrix::one_class(int64_t of_class) const {
  OneClass one{.hits = at(of_class, of_class)};
  for (int64_t other = 0; other < classes_; ++other) {
    one.right += at(of_class, other);
    one.given += at(other, of_class);
  }
  return one;
}

double ConfusionMatrix::accuracy() const {
  int64_t hits = 0;
  for (int64_t c = 0; c < classes_; ++c) hits += at(c, c);
  return ratio(static_cast<double>(hits), static_cast<double>(count_));
}

double ConfusionMatrix::majority_share() const {
  int64_t most = 0;
  for (int64_t c = 0; c < classes_; ++c) most = std::max(most, one_class(c).right);
  return ratio(static_cast<double>(most), static_cast<double>(count_));
}

double ConfusionMatrix::f1(int64_t of_class) const {
  const OneClass one = one_class(of_class);
  return f1_of(one.hits, one.right + one.given);
}

double ConfusionMatrix::macro_f1() const {
  double sum = 0, occurring = 0;
  for (int64_t c = 0; c < classes_; ++c) {
    const OneClass one = one_class(c);
    if (one.right + one.given == 0) continue;
    sum += f1_of(one.hits, one.right + one.given);
    ++occurring;
  }
  return ratio(sum, occurring);
}

// Gorodkin's (n tr C - Σ t p) / sqrt((n² - Σ t²) (n² - Σ p²)), t and p the sums of rows and
// columns, with each term summed over classes: n TP - t p = TP TN - FP FN, n² - Σ t² = Σ t (n - t).
// The difference of sums as large as n² loses the digits of rare classes once n² is beyond 2^53.
double ConfusionMatrix::matthews() const {
  double covariance = 0, right_variance = 0, given_variance = 0;
  for (int64_t c = 0; c < classes_; ++c) {
    const OneClass one = one_class(c);
    const auto hits = static_cast<double>(one.hits);
    const auto false_negatives = static_cast<double>(one.right - one.hits);
    const auto false_positives = static_cast<double>(one.given - one.hits);
    const auto true_negatives = static_cast<double>(count_ - one.right - one.given + one.hits);
    covariance += hits * true_negatives - false_positives * false_negatives;
    right_variance += static_cast<double>(one.right) * static_cast<double>(count_ - one.right);
    given_variance += static_cast<double>(one.given) * static_cast<double>(count_ - one.given);
  }
  return ratio(covariance, std::sqrt(right_variance * given_variance));
}

double YesCounts::precision() const {
  return ratio(static_cast<double>(true_positives), static_cast<double>(true_positives + false_positives));
}

double YesCounts::recall() const {
  return ratio(static_cast<double>(true_positives), static_cast<double>(right()));
}

double YesCounts::f1() const {
  return f1_of(true_positives, 2 * true_positives + false_positives + false_negatives);
}

LabelCounts::LabelCounts(int64_t labels) : counts_(at_least_one(labels, "label counts: labels")) {}

void LabelCounts::add(std::span<const uint8_t> right, std::span<const uint8_t> given) {
  if (right.size() != counts_.size() || given.size() != counts_.size())
    throw UsageError("label counts: {} labels, but {} right and {} given decisions", counts_.size(),
                     right.size(), given.size());
  bool exact = true;
  for (size_t i = 0; i < counts_.size(); ++i) {
    const bool is = right[i] != 0, said = given[i] != 0;
    counts_[i].true_positives += is && said;
    counts_[i].false_positives += !is && said;
    counts_[i].false_negatives += is && !said;
    exact = exact && is == said;
  }
  exact_ += exact;
  ++count_;
}

const YesCounts& LabelCounts::of(int64_t label) const {
  if (label < 0 || label >= labels())
    throw UsageError("label counts: no label {}, there are {}", label, labels());
  return counts_[static_cast<size_t>(label)];
}

double LabelCounts::macro_f1() const {
  double sum = 0;
  for (int64_t i = 0; i < labels(); ++i) sum += of(i).f1();
  return sum / static_cast<double>(labels());
}

YesCounts LabelCounts::total() const {
  YesCounts all;
  for (const YesCounts& of : counts_) {
    all.true_positives += of.true_positives;
    all.false_positives += of.false_positives;
    all.false_negatives += of.false_negatives;
  }
  return all;
}

double LabelCounts::micro_f1() const { return total().f1(); }

double LabelCounts::exact_match() const {
  return ratio(static_cast<double>(exact_), static_cast<double>(count_));
}

double LabelCounts::label_accuracy() const {
  const YesCounts all = total();
  const int64_t decisions = count_ * labels();
  return ratio(static_cast<double>(decisions - all.false_positives - all.false_negatives),
               static_cast<double>(decisions));
}

Calibration::Calibration(int64_t bins) : sums_(at_least_one(bins, "calibration: bins")) {}

void Calibration::add(double confidence, bool right) {
  if (confidence < -kRounding || confidence > 1 + kRounding)
    throw UsageError("calibration: a confidence is in [0, 1], not {}", confidence);
  const double probability = std::clamp(confidence, 0.0, 1.0);
  const double place = std::ceil(probability * static_cast<double>(sums_.size())) - 1;
  // Also false for NaN, which can't be made an index: the first bin takes it.
  Sums& bin = sums_[place > 0 ? static_cast<size_t>(place) : 0];
  ++bin.count;
  bin.hits += right;
  bin.confidence += probability;
}

int64_t Calibration::count() const {
  int64_t answers = 0;
  for (const Sums& bin : sums_) answers += bin.count;
  return answers;
}

double Calibration::error() const {
  // Σ count / n |confidence / count - hits / count|: the counts of the bins cancel.
  double distance = 0;
  for (const Sums& bin : sums_)
    distance += std::abs(bin.confidence - static_cast<double>(bin.hits));
  return distance / static_cast<double>(count());
}

std::vector<Calibration::Bin> Calibration::bins() const {
  std::vector<Bin> means;
  for (const Sums& bin : sums_) {
    const auto answers = static_cast<double>(bin.count);
    means.push_back({.count = bin.count,
                     .mean_confidence = ratio(bin.confidence, answers),
                     .accuracy = ratio(static_cast<double>(bin.hits), answers)});
  }
  return means;
}

}  // namespace reprise
