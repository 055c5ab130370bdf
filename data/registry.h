// The datasets by name: one table from data.type to what makes it. A new dataset is one row.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/config.h"
#include "data/batches_config.h"
#include "data/dataset.h"
#include "data/images/image_config.h"
#include "data/labelled_texts_config.h"
#include "data/sentence_pairs.h"
#include "data/text_config.h"
#include "data/word_text.h"

namespace reprise {

std::vector<std::string> dataset_types();

struct DataConfig {
  std::string type = "text";
  // Of each type:
  TextDataConfig text;
  SentencePairsConfig sentence_pairs;
  LabelledTextsConfig classification;
  WordTextConfig words;
  ImageDataConfig images;
  BatchesConfig batches;

  void fields(Fields& f) {
    f("type", type, "text: files of sentences, to be masked; sentence_pairs: neighbours in "
      "such files; classification: tables of texts with labels; words: words in streams; images: labelled "
      "images; batches: ready-made batches")
        .one_of(dataset_types());
    if (type == "text") text.fields(f);
    if (type == "sentence_pairs") sentence_pairs.fields(f);
    if (type == "classification") classification.fields(f);
    if (type == "words") words.fields(f);
    if (type == "images") images.fields(f);
    if (type == "batches") batches.fields(f);
  }

  // The files that it is read from, those that patterns match now included.
  std::vector<std::string> files() const;
  // How its text is cut into pieces; null for data that isn't.
  VocabularyConfig* vocabulary() {
    if (type == "text") return &text.vocabulary;
    if (type == "classification") return &classification.vocabulary;
    return type == "sentence_pairs" ? &sentence_pairs.vocabulary : nullptr;
  }
  // Tokens of a sequence, at most; nothing where the data don't say.
  std::optional<int64_t> max_length() const {
    if (type == "text") return text.max_length;
    if (type == "classification") return classification.max_length;
    return type == "sentence_pairs" ? std::optional(sentence_pairs.max_length) : std::nullopt;
  }
};

// Loads the data. Throws what the dataset's constructor throws.
std::unique_ptr<Dataset> make_dataset(const DataConfig& config, const DatasetSettings& settings);

}  // namespace reprise
