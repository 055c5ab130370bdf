#include "data/registry.h"

#include "core/error.h"
#include "data/batches.h"
#include "data/images/image_batches.h"
#include "data/images/image_dataset.h"
#include "data/labelled_dataset.h"
#include "data/text.h"
#include "data/text_dataset.h"
#include "data/word_batches.h"
#include "data/word_text_dataset.h"

namespace reprise {

namespace {

// Of the kind that the model takes.
std::unique_ptr<Dataset> make_batches(const BatchesConfig& config, const DatasetSettings& settings) {
  if (settings.kind == BatchKind::images) return std::make_unique<ImageBatches>(config, settings);
  if (settings.kind == BatchKind::words) return std::make_unique<WordBatches>(config, settings);
  return std::make_unique<BatchesDataset>(config, settings);
}

struct Entry {
  const char* type;
  std::unique_ptr<Dataset> (*make)(const DataConfig&, const DatasetSettings&);
};

constexpr Entry kDatasets[] = {
    {"text",
     [](const DataConfig& config, const DatasetSettings& settings) -> std::unique_ptr<Dataset> {
       return std::make_unique<TextDataset>(config.text, settings);
     }},
    {"sentence_pairs",
     [](const DataConfig& config, const DatasetSettings& settings) -> std::unique_ptr<Dataset> {
       return std::make_unique<SentencePairs>(config.sentence_pairs, settings);
     }},
    {"classification",
     [](const DataConfig& config, const DatasetSettings& settings) -> std::unique_ptr<Dataset> {
       return std::make_unique<LabelledDataset>(config.classification, settings);
     }},
    {"words",
     [](const DataConfig& config, const DatasetSettings& settings) -> std::unique_ptr<Dataset> {
       return std::make_unique<WordTextDataset>(config.words, settings);
     }},
    {"images",
     [](const DataConfig& config, const DatasetSettings& settings) -> std::unique_ptr<Dataset> {
       return std::make_unique<ImageDataset>(config.images, settings);
     }},
    {"batches",
     [](const DataConfig& config, const DatasetSettings& settings) -> std::unique_ptr<Dataset> {
       return make_batches(config.batches, settings);
     }},
};

}  // namespace

std::vector<std::string> DataConfig::files() const {
  std::vector<std::string> files;
  const auto add = [&](const std::optional<TextFilesConfig>& texts) {
    if (!texts) return;
    const std::vector<std::string> found = matching_files(texts->paths());
    files.insert(files.end(), found.begin(), found.end());
  };
  const auto add_texts = [&](const TextsConfig& config) {
    add(config.train);
    add(config.valid);
  };
  const auto add_file = [&](const std::optional<std::filesystem::path>& file) {
    if (file) files.push_back(file->string());
  };
  if (type == "text") add_texts(text);
  if (type == "sentence_pairs") add_texts(sentence_pairs);
  if (type == "words") {
    add_texts(words);
    add(words.test);
  }
  if (type == "classification") {
    add(classification.train);
    add(classification.valid);
    add(classification.test);
  }
  if (type == "images") {
    for (const auto& part : {std::optional(images.train), images.valid}) {
      if (!part) continue;
      add_file(part->images);
      add_file(part->labels);
    }
  }
  if (type == "batches") {
    add_file(batches.path);
    add_file(batches.valid);
  }
  return files;
}

std::vector<std::string> dataset_types() {
  std::vector<std::string> types;
  for (const Entry& entry : kDatasets) types.emplace_back(entry.type);
  return types;
}

std::unique_ptr<Dataset> make_dataset(const DataConfig& config, const DatasetSettings& settings) {
  for (const Entry& entry : kDatasets) {
    if (config.type == entry.type) return entry.make(config, settings);
  }
  throw ConfigError("data.type: \"{}\" is none of {}", config.type,
                    fmt::join(dataset_types(), ", "));
}

}  // namespace reprise
