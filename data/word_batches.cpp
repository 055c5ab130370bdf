#include "data/word_batches.h"

#include "data/unigram.h"

namespace reprise {

namespace {

StepRows open(const std::string& path) {
  StepRows file(path, "input_ids", 3, "[steps, streams, time]");
  file.check_shape("labels", file.shape());
  return file;
}

// [streams, time] -> [time, streams]
Tensor by_time(const Tensor& x) {
  const int64_t streams = x.size(0), time = x.size(1);
  const Tensor turned = Tensor::empty({time, streams}, DType::i32, Purpose::other);
  const int32_t* from = x.data<int32_t>();
  int32_t* to = turned.data<int32_t>();
  for (int64_t i = 0; i < x.numel(); ++i) to[i % time * streams + i / time] = from[i];
  return turned;
}

}  // namespace

WordBatches::WordBatches(const BatchesConfig& config, const DatasetSettings& settings)
    : vocabulary_size_(settings.vocabulary_size), files_(config, open) {
  files_.train.check_sequences(settings.sequences);
}

WordBatch WordBatches::read(const StepRows& file, int64_t step) const {
  return {.ids = by_time(file.row_below("input_ids", step, vocabulary_size_)),
          .labels = by_time(file.row_below("labels", step, vocabulary_size_)),
          .position = step};
}

WordBatch WordBatches::batch(int64_t micro_batch, int64_t first_sequence) const {
  WordBatch batch = read(files_.train, micro_batch);
  batch.place(first_sequence);
  return batch;
}

WordBatch WordBatches::evaluation_batch(int64_t index) const { return read(files_.evaluation(), index); }

double WordBatches::unigram_loss() const {
  Unigram unigram(vocabulary_size_);
  for (int64_t step = 0; step < files_.train.steps(); ++step) {
    const WordBatch batch = read(files_.train, step);
    unigram.add(batch.labels.values<int32_t>());
  }
  return mean_loss(unigram, *this);
}

}  // namespace reprise
