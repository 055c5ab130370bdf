#include "tools/trainer/tasks/registry.h"

#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/printable.h"
#include "tools/trainer/tasks/classification_task.h"
#include "tools/trainer/tasks/image_task.h"
#include "tools/trainer/tasks/language_task.h"
#include "tools/trainer/tasks/pretraining_task.h"
#include "tools/trainer/tasks/two_tower_task.h"

namespace reprise {

namespace {

DatasetSettings dataset_settings(const RunConfig& config) {
  const bool from_file = config.data.type == "batches" && !config.training.batch_size;
  DatasetSettings settings{.labels = config.labels(),
                           .sequences = from_file ? 0 : config.sequences(),
                           .seed = static_cast<uint64_t>(config.training.seed)};
  if (config.model.type == "lstm_lm") {
    settings.kind = BatchKind::words;
    settings.vocabulary_size = config.model.recurrent.vocab_size;
  }
  if (config.model.type == "sequential") {
    settings.kind = BatchKind::images;
    settings.image = config.model.sequential.input;
    settings.classes = config.model.sequential.output_shape()[0];
  }
  if (const EncoderConfig* encoder = config.model.any_encoder()) {
    settings.vocabulary_size = encoder->vocab_size;
    settings.max_positions = encoder->max_position_embeddings;
    settings.segment_types = encoder->type_vocab_size;
  }
  return settings;
}

// Pretrained weights mean nothing with other pieces than those that they were trained on.
void check_pretrained_vocabulary(RunConfig config) {
  const VocabularyConfig* vocabulary = config.data.vocabulary();
  if (!config.model.is_encoder() || !config.model.init_from || !vocabulary || vocabulary->path) return;
  throw Error(ExitCode::no_input, "{}: has no tokenizer (vocab.txt, spiece.model or tokenizer.json), and its weights "
              "mean nothing with another; copy it there, or name the folder that has it: data.vocabulary",
              printable(config.model.init_from->string()));
}

// The dataset as what the task takes.
template <class Wanted>
std::unique_ptr<Wanted> as(std::unique_ptr<Dataset> dataset) {
  auto* wanted = dynamic_cast<Wanted*>(dataset.get());
  if (wanted == nullptr) throw UsageError("the data are of another kind than the task takes");
  dataset.release();
  return std::unique_ptr<Wanted>(wanted);
}

// The data decide what an encoder is trained for.
std::unique_ptr<Task> encoder(const RunConfig& config, std::unique_ptr<Dataset> data) {
  if (dynamic_cast<const LabelledTextDataset*>(data.get())) {
    return std::make_unique<ClassificationTask>(config.model, config.data.classification,
                                                as<LabelledTextDataset>(std::move(data)));
  }
  return std::make_unique<PretrainingTask>(config.model, as<TokenDataset>(std::move(data)));
}
std::unique_ptr<Task> two_tower(const RunConfig& config, std::unique_ptr<Dataset> data) {
  return std::make_unique<TwoTowerTask>(config.model.two_tower, as<SentencePairs>(std::move(data)));
}
std::unique_ptr<Task> language(const RunConfig& config, std::unique_ptr<Dataset> data) {
  return std::make_unique<LanguageTask>(config.model, as<WordDataset>(std::move(data)));
}
std::unique_ptr<Task> image(const RunConfig& config, std::unique_ptr<Dataset> data) {
  return std::make_unique<ImageTask>(config.model, as<LabelledImages>(std::move(data)));
}

constexpr struct {
  std::string_view type;  // of the model
  std::unique_ptr<Task> (*make)(const RunConfig&, std::unique_ptr<Dataset>);
} kTasks[] = {
    {"bert", encoder},
    {"albert", encoder},
    {"two_tower", two_tower},
    {"lstm_lm", language},
    {"sequential", image},
};

}  // namespace

std::unique_ptr<Task> make_task(const RunConfig& config) {
  check_pretrained_vocabulary(config);
  return make_task(config, make_dataset(config.data, dataset_settings(config)));
}

std::unique_ptr<Task> make_task(const RunConfig& config, std::unique_ptr<Dataset> dataset) {
  for (const auto& [type, make] : kTasks) {
    if (config.model.type == type) return make(config, std::move(dataset));
  }
  throw UsageError("model.type: no task trains {}", config.model.type);
}

}  // namespace reprise
