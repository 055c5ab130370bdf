// SentencePairs: neighbouring sentences of a corpus, for a model that reads both with the same weights.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "data/dataset.h"
#include "data/epochs.h"
#include "data/text_corpus.h"

namespace reprise {

struct SentencePairsConfig : TextSourceConfig {
  int64_t min_words = 4;

  void fields(Fields& f) {
    TextSourceConfig::fields(f);
    f("min_words", min_words, "sentences with fewer tokens are left out: \"Thank you.\" has neighbours "
      "everywhere").at_least(1);
  }
};

// A batch is S pairs, the sentences of a pair in the same place of `first` and `second`. The other
// sentences of `second` are, but for chance, distant ones.
class SentencePairs final : public DatasetOf<PairBatch> {
 public:
  // Throws ConfigError where config and settings don't fit together, DataError for a text without
  // neighbours, and the errors of TextCorpus.
  SentencePairs(const SentencePairsConfig& config, const DatasetSettings& settings);

  PairBatch batch(int64_t micro_batch, int64_t first_sequence) const override;
  std::optional<int64_t> batches_per_epoch() const override { return epochs_.batches_per_epoch(); }
  int64_t sequences_per_batch() const override { return settings_.sequences; }
  // Full ones only: how hard it is to find the neighbour depends on the size. Always in one order.
  int64_t evaluation_batches() const override;
  PairBatch evaluation_batch(int64_t index) const override;
  std::string description() const override;
  const std::vector<std::string>& warnings() const override { return corpus_.warnings(); }
  void write_tokenizer(const std::string& folder) const override;

 private:
  using Pair = std::pair<int64_t, int64_t>;  // numbers of sentences
  std::vector<Pair> neighbours(const Corpus& corpus) const;
  PairBatch assembled(const Corpus& corpus, const std::vector<Pair>& pairs,
                      const std::vector<int32_t>& chosen, int64_t first_sequence) const;

  DatasetSettings settings_;
  int64_t max_length_, min_words_;
  TextCorpus corpus_;
  std::vector<Pair> train_, valid_;
  Epochs epochs_;
};

}  // namespace reprise
