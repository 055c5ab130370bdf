// Masked language modelling: which tokens of an example are to be predicted, and what stands in
// their place (Devlin et al. 2019 section 3.1; n-grams: Lan et al. 2020 section 4.1, Joshi et al.
// 2020).
//
// The number of predictions is probability · tokens (with [CLS] and [SEP]), rounded, at least 1, at
// most max_predictions. [CLS] and [SEP] are never masked. Strategies:
//   token       tokens drawn uniformly
//   whole_word  words drawn uniformly; all pieces of a word (▁ begins one) go together
//   ngram       runs of n words, n ≤ max_ngram with p(n) ∝ 1/n; a run that would exceed the number
//               of predictions is shortened by whole words, or left out
// Where whole words leave nothing (each has more pieces than there are predictions), one token is
// masked by itself. Each token chosen is drawn for alone, in whole words too: with mask_share it
// becomes [MASK], with random_share a random piece, and else it stays.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/rng.h"
#include "data/token_batch.h"
#include "data/behaviour.h"
#include "data/vocabulary/vocabulary.h"

namespace reprise {

enum class MaskingStrategy : uint8_t { token, whole_word, ngram };

struct MaskingSettings {
  MaskingStrategy strategy = MaskingStrategy::token;
  double probability = 0.15;
  int64_t max_predictions = 0;  // per sequence; 0: no limit
  int64_t max_ngram = 3;        // words
  double mask_share = 0.8;
  double random_share = 0.1;
  Behaviour behaviour = Behaviour::paper;
};

// What masking must know of a vocabulary; the spans are the vocabulary's.
struct MaskingPieces {
  SpecialPieces special;
  std::span<const uint8_t> word_starts;  // [size]
  std::span<const int32_t> ordinary;     // ids that a random word may have
  explicit MaskingPieces(const Vocabulary& vocabulary)
      : special(vocabulary.special()),
        word_starts(vocabulary.word_starts()),
        ordinary(vocabulary.ordinary()) {}
  MaskingPieces() = default;
};

// Masks the ids of `example` and fills its masked_positions and masked_labels. A function of the
// arguments alone.
void mask_tokens(Example& example, const MaskingPieces& pieces, const MaskingSettings& settings,
                 RandomKey key);

}  // namespace reprise
