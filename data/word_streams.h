// WordStreams: a text as language models are trained on it. Its words, one after the other, are cut
// into B streams of equal length, which run side by side; a batch is the next T words of each stream,
// and the model's state is carried from batch to batch (Mikolov et al. 2010, Zaremba et al. 2014).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/word_batch.h"

namespace reprise {

class WordStreams {
 public:
  // What to do with the last steps of an epoch when they are fewer than T: leave them out, so that all
  // batches have one shape, or make a shorter batch of them.
  enum class Rest : uint8_t { drop, keep };

  // Words that don't fill the streams evenly (fewer than B) are left out. Throws DataError for a text
  // that is too short for a single batch; `name` is what it calls the text.
  WordStreams(std::vector<int32_t> words, int64_t streams, int64_t steps, Rest rest,
              const std::string& name);

  // Batch number `number`, counted from 0 over all epochs: a function of the number alone.
  WordBatch batch(int64_t number) const;
  int64_t batches_per_epoch() const { return batches_; }
  int64_t predictions_per_epoch() const;  // labels of all its batches

  int64_t streams() const { return streams_; }
  const std::vector<int32_t>& words() const { return words_; }

 private:
  int64_t targets() const { return length_ - 1; }  // of a stream: its first word is none

  std::vector<int32_t> words_;
  int64_t streams_, steps_;
  int64_t length_;  // words of a stream
  int64_t batches_;
};

}  // namespace reprise
