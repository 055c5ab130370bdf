// Dataset: where batches come from. An abstract class.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/batch.h"
#include "data/label_kind.h"

namespace reprise {

enum class BatchKind : uint8_t { tokens, pairs, images, words };  // as Batch has them

// What the model and the run tell the data.
struct DatasetSettings {
  BatchKind kind = BatchKind::tokens;
  int64_t vocabulary_size = 0;  // rows of the model's token table
  int64_t max_positions = 0;    // the longest sequence that the model takes
  int64_t segment_types = 2;    // rows of the model's segment table
  std::vector<int64_t> image{};  // channels, height and width that the model takes; empty: any
  int64_t classes = 0;          // labels of images are below this; 0: any
  LabelKind labels = LabelKind::one;  // of texts
  int64_t sequences = 0;        // of a micro-batch
  uint64_t seed = 0;
};

// All const functions may be called from several threads at once.
class Dataset {
 public:
  virtual ~Dataset() = default;

  // Micro-batch number `micro_batch`, counted from 0 at the start of training: a function of the
  // number alone, whatever was asked before. So resuming needs no state. `first_sequence` is the
  // number of its first sequence within the optimizer step. Throws DataError past the end.
  virtual Batch any_batch(int64_t micro_batch, int64_t first_sequence) const = 0;
  // How many micro-batches there are; nothing: endless.
  virtual std::optional<int64_t> length() const { return std::nullopt; }
  // How many make an epoch, if an epoch has a fixed number.
  virtual std::optional<int64_t> batches_per_epoch() const { return std::nullopt; }
  virtual int64_t sequences_per_batch() const = 0;

  // How many batches the evaluation set has.
  virtual int64_t evaluation_batches() const = 0;
  // True when there is no held-out data, so that evaluation says nothing about other text.
  virtual bool evaluates_on_training_data() const { return false; }

  virtual std::string description() const = 0;                   // one line for the log
  virtual const std::vector<std::string>& warnings() const = 0;  // found while loading

  // Writes the files of the tokenizer into an existing folder, for other programs to use with the
  // model. Does nothing for data without a tokenizer.
  virtual void write_tokenizer(const std::string& /*folder*/) const {}
};

// A dataset of one kind of batch.
template <class Kind>
class DatasetOf : public Dataset {
 public:
  virtual Kind batch(int64_t micro_batch, int64_t first_sequence) const = 0;
  // The evaluation set doesn't depend on the seed of the run. The last batch may be smaller.
  virtual Kind evaluation_batch(int64_t index) const = 0;

  Batch any_batch(int64_t micro_batch, int64_t first_sequence) const final {
    return batch(micro_batch, first_sequence);
  }
};

// What is reached on the evaluation set without looking at any context.
struct Baseline {
  // Mean cross entropy, in nats, of the training text's token frequencies (with one added to each
  // count) at exactly the evaluation's masked tokens.
  double unigram_loss = 0;
  // Share of the commonest sentence label; nothing without sentence labels.
  std::optional<double> majority_share;
};

// Masked sequences, for pretraining.
class TokenDataset : public DatasetOf<TokenBatch> {
 public:
  virtual const Baseline& baseline() const = 0;
  // Ids of all batches are below this; the model's table may have more rows.
  virtual int64_t vocabulary_size() const = 0;
  virtual bool has_sentence_labels() const = 0;
  // What a piece stands for, a word's beginning shown by a space; empty for data without text.
  virtual std::string text_of(int32_t /*id*/) const { return {}; }
};

// Labelled texts. A batch has sentence_labels where every text has one label, otherwise targets: for each
// label 1 or 0, or the number.
class LabelledTextDataset : public DatasetOf<TokenBatch> {
 public:
  virtual LabelKind kind() const = 0;
  virtual const std::vector<std::string>& labels() const = 0;  // the names; empty for numbers
  // [labels] what each class weighs in the loss; empty: all the same.
  virtual const std::vector<double>& class_weights() const = 0;
  // A second evaluation set, for when all is decided; may be empty.
  virtual int64_t test_batches() const { return 0; }
  virtual TokenBatch test_batch(int64_t /*index*/) const { return {}; }
};

// Labelled images.
class LabelledImages : public DatasetOf<ImageBatch> {
 public:
  // The training images as they are, in order, without augmentation: to see how well they are learnt.
  virtual int64_t training_batches() const = 0;
  virtual ImageBatch training_batch(int64_t index) const = 0;
};

// Words, each to be told from those before it. Who carries state from batch to batch counts on their order.
class WordDataset : public DatasetOf<WordBatch> {
 public:
  // Mean cross entropy, in nats, of the training text's word frequencies (with one added to each count)
  // at the words that evaluation predicts.
  virtual double unigram_loss() const = 0;
  // A second evaluation set, for what is chosen by the first; may be empty.
  virtual int64_t test_batches() const { return 0; }
  virtual WordBatch test_batch(int64_t /*index*/) const { return {}; }
};

}  // namespace reprise
