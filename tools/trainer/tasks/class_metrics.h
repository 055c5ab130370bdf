// Measures of answers that are classes: a matrix of one class per item, counts of many labels per
// item, and how far the probabilities given with the answers can be believed.
//
// None of them is safe to use from several threads at once. Counts are kept in int64 and multiplied
// as doubles: the product of two counts doesn't fit an int64 from three thousand million items on.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace reprise {

// Which class was given to items of which class. Without items every measure is 0, as those of
// Score.
class ConfusionMatrix {
 public:
  explicit ConfusionMatrix(int64_t classes);

  // UsageError when either isn't in [0, classes).
  void add(int32_t right, int32_t given);

  int64_t classes() const { return classes_; }
  int64_t count() const { return count_; }
  int64_t at(int64_t right, int64_t given) const { return cells_[cell(right, given)]; }

  double accuracy() const;
  // The accuracy of always giving the commonest class.
  double majority_share() const;

  // The F1 of one class against all others, of two classes that of class 1: 0 when it was never
  // given rightly.
  double f1(int64_t of_class) const;

  // The mean F1 of the classes that occur, as right or as given: a class that occurs in neither
  // says nothing, one that was only ever given wrongly counts as 0. Scikit-learn's
  // f1_score(average="macro").
  double macro_f1() const;

  // The F1 of all decisions together. With one class per item each wrong answer is one false
  // positive and one false negative: it is the accuracy.
  double micro_f1() const { return accuracy(); }

  // The correlation of right and given classes: 1 when all are right, about 0 when the answers
  // don't depend on the items, whatever the balance of classes. 0 where it is undefined: all items
  // of one class, or all answers. Matthews 1975 for two classes, Gorodkin 2004 for more;
  // scikit-learn's matthews_corrcoef.
  double matthews() const;

 private:
  size_t cell(int64_t right, int64_t given) const;

  // How the answers for one class against all others came out.
  struct OneClass {
    int64_t hits = 0;   // true positives
    int64_t right = 0;  // items of it, hits included
    int64_t given = 0;  // answers with it, hits included
  };
  OneClass one_class(int64_t of_class) const;

  int64_t classes_;
  int64_t count_ = 0;
  std::vector<int64_t> cells_;  // [right, given]
};

// How the decisions on one label came out. Where a measure has nothing to divide by, it is 0.
struct YesCounts {
  int64_t true_positives = 0;
  int64_t false_positives = 0;
  int64_t false_negatives = 0;

  int64_t right() const { return true_positives + false_negatives; }  // items that have it
  double precision() const;  // the share of what was given that is right
  double recall() const;     // the share of what is right that was given
  double f1() const;
};

// Items that have any number of labels each, none included. Without items every measure is 0.
class LabelCounts {
 public:
  explicit LabelCounts(int64_t labels);

  // right [labels], given [labels]: what isn't 0 is a yes. UsageError for other lengths.
  void add(std::span<const uint8_t> right, std::span<const uint8_t> given);

  int64_t labels() const { return std::ssize(counts_); }
  int64_t count() const { return count_; }

  // Those of one label.
  const YesCounts& of(int64_t label) const;

  // The mean F1 of all labels; unlike ConfusionMatrix's, those that never occur count, as 0.
  // Scikit-learn's f1_score(average="macro", zero_division=0) of indicator matrices.
  double macro_f1() const;

  // The F1 of all decisions together: frequent labels weigh more.
  double micro_f1() const;

  // The share of items of which all labels are right: subset accuracy.
  double exact_match() const;

  // The share of single decisions that are right, 1 - Hamming loss. Near 1 for "no label at all"
  // when labels are rare.
  double label_accuracy() const;

 private:
  YesCounts total() const;

  std::vector<YesCounts> counts_;  // [labels]
  int64_t count_ = 0;
  int64_t exact_ = 0;
};

// How far the probabilities given with answers are from how often the answers are right. Guo et al.
// 2017, "On Calibration of Modern Neural Networks".
class Calibration {
 public:
  // The answers with a confidence in (i / bins, (i + 1) / bins], the first bin's 0 included.
  struct Bin {
    int64_t count = 0;
    double mean_confidence = 0;  // 0 of an empty bin
    double accuracy = 0;         // 0 of an empty bin
  };

  // 15 bins are the paper's; numbers of different bins can't be compared.
  explicit Calibration(int64_t bins = 15);

  // confidence: the probability of the answer, that is the largest one. UsageError outside of [0,
  // 1], except by what rounding can do. A NaN makes the error NaN: a model that broke down is no
  // misuse.
  void add(double confidence, bool right);

  int64_t count() const;

  // The expected calibration error: the mean over answers of |mean confidence - accuracy| of their
  // bin. NaN without answers: 0 would be a perfect one.
  double error() const;

  // From the lowest confidence to the highest, empty ones included.
  std::vector<Bin> bins() const;

 private:
  struct Sums {
    int64_t count = 0;
    int64_t hits = 0;
    double confidence = 0;
  };
  std::vector<Sums> sums_;  // [bins]
};

}  // namespace reprise
