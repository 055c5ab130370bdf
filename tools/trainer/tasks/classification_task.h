// Which label has a text, which labels, or which number? An encoder with a classifier on top, trained on
// labelled texts: fine-tuning, or training from random weights.
#pragma once

#include <memory>

#include "layers/models/sequence_classifier.h"
#include "tools/trainer/classifier_head.h"
#include "tools/trainer/model_config.h"
#include "tools/trainer/task.h"
#include "tools/trainer/tasks/classification_scores.h"

namespace reprise {

class ClassificationTask final : public Task {
 public:
  // `data` is where the dataset is from.
  ClassificationTask(const ModelConfig& config, const LabelledTextsConfig& data,
                     std::unique_ptr<LabelledTextDataset> dataset);

  const Dataset& dataset() const override { return *dataset_; }
  const Encoder* encoder() const override { return &model_.encoder(); }
  void collect(Collector& collector) const override { model_.collect(collector); }
  // A pretrained classifier's head is taken when its labels are the same.
  std::vector<std::string> start(const Collector& collector, RandomKey random) const override;

  // classification_loss, the mean over texts.
  TaskLoss loss(const Context& context, const Batch& batch, const StepTotals& step,
                Carried& carried) const override;
  // As ClassificationScores has them.
  NamedNumbers evaluate(const std::function<bool()>& stop) const override;
  NamedNumbers test(const std::function<bool()>& stop) const override;
  Answers answers() const override;
  std::string in_words(const NamedNumbers& scores) const override;

  // A Hugging Face folder, with all that prediction needs.
  void write_model(const Collector& collector, const AddFile& add) const override;
  // class_logits [S, outputs]
  std::vector<HeadOutput> heads(const Context& context, const Variable& x, const Variable& pooled,
                                const TokenBatch& batch) const override;

 private:
  using BatchAt = std::function<TokenBatch(int64_t)>;
  ClassificationScores scores_of(int64_t batches, const BatchAt& batch_at, const std::function<bool()>& stop) const;

  ModelConfig config_;
  std::unique_ptr<LabelledTextDataset> dataset_;
  ClassifierHead head_;
  SequenceClassifier model_;
};

}  // namespace reprise
