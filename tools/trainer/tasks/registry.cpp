#include "tools/trainer/tasks/registry.h"

#include <utility>

#include "core/error.h"
#include "tools/trainer/tasks/language_task.h"
#include "tools/trainer/tasks/pretraining_task.h"
#include "tools/trainer/tasks/two_tower_task.h"

namespace reprise {

namespace {

constexpr int64_t kTextBatch = 32, kStreams = 20;

DatasetSettings dataset_settings(const RunConfig& config) {
  const int64_t from_file = config.data.type == "batches" ? 0 : kTextBatch;
  if (config.model.type == "lstm_lm") {
    return {.vocabulary_size = config.model.recurrent.vocab_size,
            .sequences = config.training.batch_size.value_or(kStreams)};
  }
  const EncoderConfig& encoder = *config.model.any_encoder();
  return {.vocabulary_size = encoder.vocab_size,
          .max_positions = encoder.max_position_embeddings,
          .segment_types = encoder.type_vocab_size,
          .sequences = config.training.batch_size.value_or(from_file),
          .seed = static_cast<uint64_t>(config.training.seed)};
}

// The dataset as what the task takes.
template <class Wanted>
std::unique_ptr<Wanted> as(std::unique_ptr<Dataset> dataset) {
  auto* wanted = dynamic_cast<Wanted*>(dataset.get());
  if (wanted == nullptr) throw UsageError("the data are of another kind than the task takes");
  dataset.release();
  return std::unique_ptr<Wanted>(wanted);
}

}  // namespace

std::unique_ptr<Task> make_task(const RunConfig& config) {
  return make_task(config, make_dataset(config.data, dataset_settings(config)));
}

std::unique_ptr<Task> make_task(const RunConfig& config, std::unique_ptr<Dataset> dataset) {
  if (config.model.type == "two_tower") {
    return std::make_unique<TwoTowerTask>(config.model.two_tower,
                                          as<SentencePairs>(std::move(dataset)));
  }
  if (config.model.type == "lstm_lm") {
    return std::make_unique<LanguageTask>(config.model.recurrent, as<WordDataset>(std::move(dataset)));
  }
  return std::make_unique<PretrainingTask>(config.model, as<TokenDataset>(std::move(dataset)));
}

}  // namespace reprise
