#include "data/registry.h"

#include "core/error.h"
#include "data/text_dataset.h"
#include "data/word_dataset.h"

namespace reprise {

namespace {

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
    {"words",
     [](const DataConfig& config, const DatasetSettings& settings) -> std::unique_ptr<Dataset> {
       return std::make_unique<WordDataset>(config.words, settings);
     }},
    {"batches",
     [](const DataConfig& config, const DatasetSettings& settings) -> std::unique_ptr<Dataset> {
       return std::make_unique<BatchesDataset>(config.batches, settings);
     }},
};

}  // namespace

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
