#include "tools/trainer/tasks/image_task.h"

#include "layers/initializers.h"
#include "tools/trainer/load_weights.h"
#include "tools/trainer/model_folder.h"

namespace reprise {

std::vector<std::string> ImageTask::start(const Collector& collector, RandomKey random) const {
  if (config_.init_from) {
    load_weights(config_.init_from->string(), collector.parameters());
  } else {
    initialize(collector, config_.sequential.initialization(), random);
  }
  return {};
}

TaskLoss ImageTask::loss(const Context& context, const Batch& any, const StepTotals& step,
                         Carried& /*carried*/) const {
  const auto& batch = std::get<ImageBatch>(any);
  Context placed = context;
  placed.places = batch.number;
  const Variable output = model_.forward(placed, Variable(batch.images));
  const Variable loss = class_loss(config_.loss, output, batch.labels,
                                   1 / static_cast<double>(step.sequences));
  return {loss, {{"class_loss", loss.value().item()}}};
}

void ImageTask::add(const ImageBatch& batch, Score& score) const {
  const Variable output = model_.forward({}, Variable(batch.images));
  const double loss = class_loss(config_.loss, output, batch.labels, 1).value().item();
  score.look_at(output.value());
  score.add(loss, classes_of(config_.loss, output.value()), batch.labels);
}

NamedNumbers ImageTask::evaluate(const std::function<bool()>& stop) const {
  Score train, valid;
  for (int64_t i = 0; i < dataset_->training_batches() && !stop(); ++i) {
    add(dataset_->training_batch(i), train);
  }
  for (int64_t i = 0; i < dataset_->evaluation_batches() && !stop(); ++i) {
    add(dataset_->evaluation_batch(i), valid);
  }
  return {{"loss", valid.mean_loss()},
          {"accuracy", valid.accuracy()},
          {"train_loss", train.mean_loss()},
          {"train_accuracy", train.accuracy()},
          {"spread", valid.spread()}};
}

Answers ImageTask::answers() const {
  Answers all;
  for (int64_t i = 0; i < dataset_->evaluation_batches(); ++i) {
    const ImageBatch batch = dataset_->evaluation_batch(i);
    const std::vector<int32_t> given =
        classes_of(config_.loss, model_.forward({}, Variable(batch.images)).value());
    const auto right = batch.labels.values<int32_t>();
    all.given.insert(all.given.end(), given.begin(), given.end());
    all.right.insert(all.right.end(), right.begin(), right.end());
  }
  return all;
}

std::string ImageTask::in_words(const NamedNumbers& scores) const {
  return fmt::format("{:.2f} % right (loss {:.4f}), of the training images {:.2f} % ({:.4f})",
                     100 * find(scores, "accuracy"), find(scores, "loss"),
                     100 * find(scores, "train_accuracy"), find(scores, "train_loss"));
}

void ImageTask::write_model(const Collector& collector, const AddFile& add) const {
  save_own_folder("RepriseSequential", dump(config_), collector.parameters(), add);
}

}  // namespace reprise
