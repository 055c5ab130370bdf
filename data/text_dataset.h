// TextDataset: text files made into masked sentence pairs. Held-out text is packed and masked by
// the same rules as training text, once and for all.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/examples.h"
#include "data/text_config.h"
#include "data/text_corpus.h"

namespace reprise {

class TextDataset final : public TokenDataset {
 public:
  // Reads, learns or loads the vocabulary, and tokenizes. Throws ConfigError where config and
  // settings don't fit together, and the errors of the parts.
  TextDataset(const TextDataConfig& config, const DatasetSettings& settings);

  TokenBatch batch(int64_t micro_batch, int64_t first_sequence) const override;
  int64_t sequences_per_batch() const override { return settings_.sequences; }
  int64_t evaluation_batches() const override;
  TokenBatch evaluation_batch(int64_t index) const override;
  const Baseline& baseline() const override { return baseline_; }
  int64_t vocabulary_size() const override { return corpus_.vocabulary().size(); }
  bool has_sentence_labels() const override { return task_ != SentenceTask::none; }
  std::string description() const override;
  const std::vector<std::string>& warnings() const override { return corpus_.warnings(); }
  std::string text_of(int32_t id) const override;
  void write_tokenizer(const std::string& folder) const override;

  const Vocabulary& vocabulary() const { return corpus_.vocabulary(); }

 private:
  Example evaluation_example(size_t index) const;
  Baseline measure() const;

  DatasetSettings settings_;
  SentenceTask task_;
  int64_t max_length_;
  MaskingSettings masking_;
  TextCorpus corpus_;
  MaskingPieces pieces_;
  Examples examples_;
  std::vector<Pair> evaluation_;
  Baseline baseline_;
};

}  // namespace reprise
