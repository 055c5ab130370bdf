// SyntheticDataset: batches of random tokens: what a step takes doesn't depend on what the tokens say,
// and no file is needed.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/rng.h"
#include "data/dataset.h"
#include "layers/models/encoder_config.h"
#include "tools/trainer/run_config.h"

namespace reprise {

struct SyntheticLengths {
  int64_t longest;
  int64_t mean;  // the same for sequences of one length
};

// Every sequence has exactly `longest` tokens, of ordinary pieces: the first five ids of BERT's and
// ALBERT's vocabularies are special. With a smaller mean length, sequences are of any length that is as far
// from the mean on either side as `longest` or 1 allows, equally often. The same tokens whatever the number,
// unless lengths differ; two segments (one, if the model knows only one). `label` adds what is to be learnt.
TokenBatch synthetic_batch(const DatasetSettings& settings, SyntheticLengths lengths, int64_t micro_batch,
                           int64_t first_sequence,
                           const std::function<void(Example&, RandomStream&)>& label);

// For pretraining.
class SyntheticDataset final : public TokenDataset {
 public:
  // Throws as check_synthetic_lengths.
  SyntheticDataset(const DatasetSettings& settings, SyntheticLengths lengths);

  // A synthetic_batch: 15 % of the positions of each sequence are to be predicted, and each pair of
  // sentences has a label.
  TokenBatch batch(int64_t micro_batch, int64_t first_sequence) const override;
  int64_t sequences_per_batch() const override { return settings_.sequences; }
  int64_t evaluation_batches() const override { return 0; }
  TokenBatch evaluation_batch(int64_t index) const override { return batch(index, 0); }
  const Baseline& baseline() const override { return baseline_; }
  int64_t vocabulary_size() const override { return settings_.vocabulary_size; }
  bool has_sentence_labels() const override { return true; }
  std::string description() const override;
  const std::vector<std::string>& warnings() const override { return warnings_; }

 private:
  DatasetSettings settings_;
  SyntheticLengths lengths_;
  Baseline baseline_;
  std::vector<std::string> warnings_;
};

// Such data for an encoder.
std::unique_ptr<Dataset> synthetic_dataset(const EncoderConfig& encoder, int64_t sequences,
                                           uint64_t seed, SyntheticLengths lengths);

// What a step of the recipe, which trains an encoder, works on: labelled texts (synthetic_texts.h) for a
// classifier. Throws as known_labels does.
std::unique_ptr<Dataset> synthetic_dataset(const RunConfig& config, int64_t sequences, uint64_t seed,
                                           SyntheticLengths lengths);

// Throws Error (usage) when there are more tokens than positions, or a mean that isn't within them.
void check_synthetic_lengths(SyntheticLengths lengths, int64_t max_positions);

// How many of so many tokens are predicted: 15 %, at least one.
int64_t synthetic_predictions(int64_t length);

}  // namespace reprise
