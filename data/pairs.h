// Sentence pairs: a corpus cut into examples of two segments, after create_pretraining_data.py of
// google-research/bert and google-research/albert.
//
// Sentences of a document accumulate until they reach the target length, max_length less the
// special pieces; with probability short_sequence_probability the target is shorter, uniform from 2
// up. Then the chunk becomes one example:
//   sop   a bound between two of its sentences, drawn uniformly, cuts it into A and B; with
//         probability 0.5 they change places, and the label is 1 (Lan et al. 2020, section 3.1)
//   nsp   cut likewise; with probability 0.5, label 1, B is text of another document instead, and
//         the sentences that B had go back into the stream (Devlin et al. 2019, section 3.1)
//   none  the whole chunk is A; there is no B and no label
// What is too long loses tokens one at a time from the longer segment, at its front or its end with
// probability 0.5 each.
//
// A chunk of one sentence (the sentence is long, or the last of its document): the sop task cuts it
// in two at a token drawn uniformly, the nsp task always pairs it with another document. A chunk of
// a single token is left out of the sop task. Behaviour::released: see behaviour.h.
//
// Everything about an epoch is a function of (key, epoch), and each document's part of
// (key, epoch, document): an epoch can be made without those before it.
#pragma once

#include <cstdint>
#include <vector>

#include "core/rng.h"
#include "data/behaviour.h"
#include "data/corpus.h"

namespace reprise {

enum class SentenceTask : uint8_t { sop, nsp, none };

struct PairSettings {
  int64_t max_length = 128;  // with the special pieces
  SentenceTask task = SentenceTask::sop;
  double short_sequence_probability = 0.1;
  Behaviour behaviour = Behaviour::paper;
};

// Special pieces of an example: [CLS] A [SEP] B [SEP], or [CLS] A [SEP].
inline int64_t special_pieces(SentenceTask task) { return task == SentenceTask::none ? 2 : 3; }

// One example as ranges of the corpus's tokens.
struct Pair {
  int64_t a = 0, b = 0;  // first tokens
  int32_t a_length = 0, b_length = 0;
  int32_t label = 0;

  bool operator==(const Pair&) const = default;
};

// The examples of one epoch, in the order of the documents. Throws DataError when there are none,
// and for the nsp task (of the paper) with a single document.
std::vector<Pair> pack_pairs(const Corpus& corpus, const PairSettings& settings, RandomKey key,
                             uint64_t epoch);

}  // namespace reprise
