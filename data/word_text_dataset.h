// WordTextDataset: word-level text as a dataset.
#pragma once

#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/word_text.h"

namespace reprise {

class WordTextDataset final : public WordDataset {
 public:
  // settings.sequences are the streams of a training batch. Throws as load_word_text.
  WordTextDataset(const WordTextConfig& config, const DatasetSettings& settings)
      : text_(load_word_text(config, settings.vocabulary_size, settings.sequences)) {}

  WordBatch batch(int64_t micro_batch, int64_t first_sequence) const override;
  std::optional<int64_t> batches_per_epoch() const override { return text_.train.batches_per_epoch(); }
  int64_t sequences_per_batch() const override { return text_.train.streams(); }
  int64_t evaluation_batches() const override { return text_.valid.batches_per_epoch(); }
  WordBatch evaluation_batch(int64_t index) const override { return text_.valid.batch(index); }
  std::string description() const override { return "words: " + text_.description(); }
  const std::vector<std::string>& warnings() const override { return text_.warnings; }
  void write_tokenizer(const std::string& folder) const override {
    text_.vocabulary.write(folder + "/vocab.txt");
  }
  double unigram_loss() const override;
  int64_t test_batches() const override { return text_.test ? text_.test->batches_per_epoch() : 0; }
  WordBatch test_batch(int64_t index) const override { return text_.test->batch(index); }

 private:
  WordText text_;
};

}  // namespace reprise
