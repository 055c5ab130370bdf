#include "tools/trainer/tasks/two_tower_task.h"

#include <numeric>

#include "autograd/ops.h"
#include "core/error.h"
#include "layers/initializers.h"
#include "tools/trainer/model_folder.h"
#include "tools/trainer/tasks/score.h"
#include "tools/trainer/tasks/tokens_of.h"

namespace reprise {

namespace {

// The right answers: pair i stands in row i and column i.
Tensor diagonal(int64_t pairs) {
  const Tensor labels = Tensor::empty({pairs}, DType::i32);
  const auto values = labels.values<int32_t>();
  std::iota(values.begin(), values.end(), 0);
  return labels;
}

}  // namespace

std::vector<std::string> TwoTowerTask::start(const Collector& collector, RandomKey random) const {
  initialize(collector, {config_.encoder.initializer, config_.encoder.initializer_range}, random);
  return {};
}

Variable TwoTowerTask::scores(const Context& context, const PairBatch& batch) const {
  return model_.scores(context, tokens_of(batch.first), tokens_of(batch.second));
}

TaskLoss TwoTowerTask::loss(const Context& context, const Batch& any, const StepTotals& step,
                            Carried& /*carried*/) const {
  const auto& batch = std::get<PairBatch>(any);
  const Variable rows = scores(context, batch);
  const Tensor labels = diagonal(batch.sequences());
  const double weight = 0.5 / static_cast<double>(step.sequences);
  const Variable loss = add(cross_entropy(rows, labels, weight),
                            cross_entropy(transpose(rows, 0, 1), labels, weight));
  return {loss, {{"contrastive_loss", loss.value().item()}}};
}

NamedNumbers TwoTowerTask::evaluate(const std::function<bool()>& stop) const {
  Score score;
  for (int64_t i = 0; i < dataset_->evaluation_batches() && !stop(); ++i) {
    const PairBatch batch = dataset_->evaluation_batch(i);
    score.add(scores({}, batch), diagonal(batch.sequences()));
  }
  return {{"loss", score.mean_loss()},
          {"contrastive_loss", score.mean_loss()},
          {"accuracy", score.accuracy()},
          {"chance", 1.0 / static_cast<double>(dataset_->sequences_per_batch())}};
}

std::string TwoTowerTask::in_words(const NamedNumbers& scores) const {
  return fmt::format("loss {:.4f}; of {} sentences, the neighbour is found for {:.1f} %, {:.1f} % by chance",
                     find(scores, "loss"), dataset_->sequences_per_batch(),
                     100 * find(scores, "accuracy"), 100 * find(scores, "chance"));
}

void TwoTowerTask::write_model(const Collector& collector, const AddFile& add) const {
  save_model_folder(config_.encoder, collector.parameters(), add, Heads::none);
}

}  // namespace reprise
