// What does the image show? A sequential model that tells classes apart.
#pragma once

#include <memory>
#include <utility>

#include "layers/models/sequential.h"
#include "tools/trainer/model_config.h"
#include "tools/trainer/task.h"
#include "tools/trainer/tasks/score.h"

namespace reprise {

class ImageTask final : public Task {
 public:
  ImageTask(const ModelConfig& config, std::unique_ptr<LabelledImages> dataset)
      : config_(config), dataset_(std::move(dataset)), model_(config.sequential) {}

  const Dataset& dataset() const override { return *dataset_; }
  const char* unit() const override { return "images"; }
  void collect(Collector& collector) const override { model_.collect(collector); }
  std::vector<std::string> start(const Collector& collector, RandomKey random) const override;

  // class_loss, the mean over images.
  TaskLoss loss(const Context& context, const Batch& batch, const StepTotals& step,
                Carried& carried) const override;
  // loss and accuracy on the held-out images; train_loss and train_accuracy on all training images,
  // unmoved: what lies between is overfitting.
  NamedNumbers evaluate(const std::function<bool()>& stop) const override;
  Answers answers() const override;
  std::string in_words(const NamedNumbers& scores) const override;

  // config.json in our format, and model.safetensors under the layers' names.
  void write_model(const Collector& collector, const AddFile& add) const override;

 private:
  void add(const ImageBatch& batch, Score& score) const;

  ModelConfig config_;
  std::unique_ptr<LabelledImages> dataset_;
  Sequential model_;
};

}  // namespace reprise
