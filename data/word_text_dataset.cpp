#include "data/word_text_dataset.h"

#include "data/unigram.h"

namespace reprise {

WordBatch WordTextDataset::batch(int64_t micro_batch, int64_t first_sequence) const {
  WordBatch batch = text_.train.batch(micro_batch);
  batch.place(first_sequence);
  return batch;
}

double WordTextDataset::unigram_loss() const {
  Unigram unigram(text_.vocabulary.size());
  unigram.add(text_.train.words());
  return mean_loss(unigram, *this);
}

}  // namespace reprise
