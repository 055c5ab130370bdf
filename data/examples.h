// Examples: the endless sequence of training examples that a corpus gives, epoch after epoch.
//
// Example n is a function of (key, n) alone. Each epoch packs the corpus anew, shuffles, and masks
// anew; the examples of one epoch follow those of the epoch before, none is left out. Where an
// epoch begins depends on how many examples those before it have, so the first request for a late
// epoch counts them, which takes about as long as packing them.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "core/rng.h"
#include "data/token_batch.h"
#include "data/corpus.h"
#include "data/masking.h"
#include "data/pairs.h"

namespace reprise {

// [CLS] A [SEP] B [SEP] with segments 0 and 1 (or [CLS] A [SEP]), not yet masked.
Example assemble(const Pair& pair, const Corpus& corpus, SentenceTask task,
                 const SpecialPieces& special);

class Examples {
 public:
  // Keeps references to `corpus` and to the vocabulary behind `pieces`. Packs epoch 0; throws as
  // pack_pairs.
  Examples(const Corpus& corpus, const PairSettings& pairs, const MaskingPieces& pieces,
           const MaskingSettings& masking, RandomKey key);

  // Example n ≥ 0, masked. May be called from several threads at once.
  Example example(int64_t n) const;
  // Examples of epoch 0.
  int64_t first_epoch_size() const { return starts_[1]; }

 private:
  struct Epoch {
    uint64_t number = 0;
    std::vector<Pair> pairs;
    std::vector<uint32_t> order;  // a permutation
  };

  std::shared_ptr<const Epoch> pack(uint64_t number) const;
  // The epoch that example n is in; `place` becomes its place there.
  std::shared_ptr<const Epoch> locate(int64_t n, size_t& place) const;

  const Corpus& corpus_;
  PairSettings pair_settings_;
  MaskingPieces pieces_;
  MaskingSettings masking_settings_;
  RandomKey key_;

  mutable std::mutex mutex_;
  mutable std::vector<int64_t> starts_;  // [epochs known + 1] number of the first example of each
  mutable std::shared_ptr<const Epoch> current_;
};

}  // namespace reprise
