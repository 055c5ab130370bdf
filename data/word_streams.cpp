#include "data/word_streams.h"

#include <algorithm>
#include <utility>

#include "core/error.h"

namespace reprise {

WordStreams::WordStreams(std::vector<int32_t> words, int64_t streams, int64_t steps, Rest rest,
                         const std::string& name)
    : words_(std::move(words)), streams_(streams), steps_(steps) {
  if (streams < 1 || steps < 1) throw UsageError("word streams: {} of {} steps", streams, steps);
  length_ = static_cast<int64_t>(words_.size()) / streams;
  batches_ = length_ < 2 ? 0 : rest == Rest::drop ? targets() / steps : (targets() - 1) / steps + 1;
  if (batches_ > 0) return;
  const int64_t least = rest == Rest::drop ? steps : 1;
  throw DataError("{}: {} words are too few for {} streams: each needs {}, {} steps and the word after",
                  name, words_.size(), streams, least + 1, least);
}

WordBatch WordStreams::batch(int64_t number) const {
  if (number < 0) throw UsageError("word streams: batch number {}", number);
  WordBatch batch;
  batch.epoch = number / batches_;
  batch.position = number % batches_;
  const int64_t first = batch.position * steps_;
  const int64_t steps = std::min(steps_, targets() - first);
  batch.ids = Tensor::empty({steps, streams_}, DType::i32, Purpose::other);
  batch.labels = Tensor::empty({steps, streams_}, DType::i32, Purpose::other);
  int32_t *id = batch.ids.data<int32_t>(), *label = batch.labels.data<int32_t>();
  for (int64_t b = 0; b < streams_; ++b) {
    const int32_t* word = words_.data() + b * length_ + first;
    for (int64_t t = 0; t < steps; ++t) {
      id[t * streams_ + b] = word[t];
      label[t * streams_ + b] = word[t + 1];
    }
  }
  return batch;
}

int64_t WordStreams::predictions_per_epoch() const {
  return streams_ * std::min(targets(), batches_ * steps_);
}

}  // namespace reprise
