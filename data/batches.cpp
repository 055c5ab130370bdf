#include "data/batches.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace reprise {

namespace {

constexpr int32_t kIgnored = -100;  // the label of what is not predicted
constexpr int32_t kSentenceClasses = 2;

}  // namespace

struct BatchFile::Row {
  Tensor ids, labels;      // [1, S, L]
  Tensor mask, types;      // [1, S, L], or undefined
  Tensor sentence_labels;  // [1, S], or undefined
};

BatchFile::BatchFile(const std::string& path, const DatasetSettings& settings)
    : file_(SafetensorsFile::open(path)), settings_(settings) {
  const std::vector<int64_t>& shape = file_.info("input_ids").shape;
  if (shape.size() != 3) {
    throw DataError("{}: input_ids has shape [{}], expected [steps, batch, length]", path,
                    fmt::join(shape, ", "));
  }
  steps_ = shape[0], sequences_ = shape[1], length_ = shape[2];
  if (steps_ < 1 || sequences_ < 1 || length_ < 1) {
    throw DataError("{}: input_ids is empty: shape [{}]", path, fmt::join(shape, ", "));
  }
  check_shape("labels", shape);
  for (const char* name : {"attention_mask", "token_type_ids"}) {
    if (file_.contains(name)) check_shape(name, shape);
  }
  if (has_sentence_labels()) check_shape("sentence_labels", {steps_, sequences_});
}

void BatchFile::check_shape(const char* name, std::vector<int64_t> wanted) const {
  const std::vector<int64_t>& shape = file_.info(name).shape;
  if (shape != wanted) {
    throw DataError("{}: {} has shape [{}], expected [{}] as input_ids has it", path(), name,
                    fmt::join(shape, ", "), fmt::join(wanted, ", "));
  }
}

Tensor BatchFile::row(const char* name, int64_t step) const {
  if (!file_.contains(name)) return {};
  return file_.load_rows(name, step, step + 1, DType::i32, Purpose::other);
}

TokenBatch BatchFile::read(int64_t step, int64_t first_sequence) const {
  if (step < 0 || step >= steps_) {
    throw DataError("{}: has {} batches; batch {} is asked for", path(), steps_, step + 1);
  }
  const Row tensors{row("input_ids", step), row("labels", step), row("attention_mask", step),
                    row("token_type_ids", step), row("sentence_labels", step)};
  std::vector<Example> examples;
  for (int64_t s = 0; s < sequences_; ++s) examples.push_back(example(tensors, step, s));
  return make_batch(examples, first_sequence, settings_.max_positions, length_);
}

// The length of a sequence by its mask, which must be ones and then zeros.
int64_t BatchFile::tokens_of(const Row& row, int64_t step, int64_t sequence) const {
  if (!row.mask.defined()) return length_;
  const int32_t* mask = row.mask.data<int32_t>() + sequence * length_;
  const int64_t tokens = std::find(mask, mask + length_, 0) - mask;
  for (int64_t p = 0; p < length_; ++p) {
    if (mask[p] == (p < tokens ? 1 : 0)) continue;
    throw DataError(
        "{}: attention_mask, step {}, sequence {}, position {}: {}; a mask is ones and "
        "then zeros",
        path(), step, sequence, p, mask[p]);
  }
  if (tokens == 0) {
    throw DataError("{}: attention_mask, step {}, sequence {}: a sequence without tokens", path(),
                    step, sequence);
  }
  return tokens;
}

std::optional<int32_t> BatchFile::sentence_label_of(const Row& row, int64_t step,
                                                    int64_t sequence) const {
  if (!row.sentence_labels.defined()) return std::nullopt;
  const int32_t label = row.sentence_labels.data<int32_t>()[sequence];
  if (label < 0 || label >= kSentenceClasses) {
    throw DataError("{}: sentence_labels, step {}, sequence {}: {} is not 0 or 1", path(), step,
                    sequence, label);
  }
  return label;
}

Example BatchFile::example(const Row& row, int64_t step, int64_t sequence) const {
  const auto refuse = [&](const char* tensor, int64_t p, int32_t value, const std::string& why) {
    throw DataError("{}: {}, step {}, sequence {}, position {}: {} {}", path(), tensor, step,
                    sequence, p, value, why);
  };
  const auto at = [&](const Tensor& t, int64_t p) {
    return t.data<int32_t>()[sequence * length_ + p];
  };
  const std::string outside = fmt::format("is not in [0, {})", settings_.vocabulary_size);
  const auto in_vocabulary = [&](int32_t id) { return id >= 0 && id < settings_.vocabulary_size; };

  const int64_t tokens = tokens_of(row, step, sequence);
  if (tokens > settings_.max_positions) {
    throw DataError("{}: step {}, sequence {} has {} tokens; the model takes {}", path(), step,
                    sequence, tokens, settings_.max_positions);
  }
  Example example;
  for (int64_t p = 0; p < length_; ++p) {
    const int32_t label = at(row.labels, p);
    if (p >= tokens) {
      if (label != kIgnored)
        refuse("labels", p, label, "is a label at padding; -100 belongs there");
      continue;
    }
    const int32_t id = at(row.ids, p);
    const int32_t type = row.types.defined() ? at(row.types, p) : 0;
    if (!in_vocabulary(id)) refuse("input_ids", p, id, outside);
    if (type < 0 || type >= settings_.segment_types) {
      refuse("token_type_ids", p, type, fmt::format("is not in [0, {})", settings_.segment_types));
    }
    example.ids.push_back(id);
    example.segments.push_back(type);
    if (label == kIgnored) continue;
    if (!in_vocabulary(label)) refuse("labels", p, label, outside + " and not -100");
    example.masked_positions.push_back(static_cast<int32_t>(p));
    example.masked_labels.push_back(label);
  }
  example.sentence_label = sentence_label_of(row, step, sequence);
  return example;
}

BatchesDataset::BatchesDataset(const BatchesConfig& config, const DatasetSettings& settings)
    : vocabulary_size_(settings.vocabulary_size), train_(config.path.string(), settings) {
  if (settings.sequences > 0 && settings.sequences != train_.sequences()) {
    throw ConfigError("{}: its batches have {} sequences, the configuration asks for {}",
                      train_.path(), train_.sequences(), settings.sequences);
  }
  if (config.valid) {
    valid_.emplace(config.valid->string(), settings);
    if (valid_->has_sentence_labels() != train_.has_sentence_labels()) {
      throw DataError("{} and {}: sentence_labels are in one of them only", train_.path(),
                      valid_->path());
    }
  } else {
    warnings_.push_back(
        fmt::format("no held-out batches: evaluation uses those of {}, which the "
                    "model is trained on",
                    train_.path()));
  }
  baseline_ = measure();
}

TokenBatch BatchesDataset::batch(int64_t micro_batch, int64_t first_sequence) const {
  return train_.read(micro_batch, first_sequence);
}

std::string BatchesDataset::description() const {
  return fmt::format(
      "batches: {} micro-batches of {} sequences from {}; evaluation: {}", train_.steps(),
      train_.sequences(), train_.path(),
      valid_ ? fmt::format("{} from {}", valid_->steps(), valid_->path()) : "the same batches");
}

// The training text as it was before masking: labels where there are some, ids elsewhere.
Baseline BatchesDataset::measure() const {
  std::vector<int64_t> counts(static_cast<size_t>(vocabulary_size_), 1);
  int64_t total = vocabulary_size_;
  for (int64_t n = 0; n < train_.steps(); ++n) {
    const TokenBatch batch = train_.read(n, 0);
    for (const int32_t id : batch.ids.values<int32_t>()) ++counts[static_cast<size_t>(id)];
    for (int64_t m = 0; m < batch.predictions(); ++m) {
      const int32_t row = batch.masked_rows.data<int32_t>()[m];
      --counts[static_cast<size_t>(batch.ids.data<int32_t>()[row])];
      ++counts[static_cast<size_t>(batch.masked_labels.data<int32_t>()[m])];
    }
    total += batch.tokens();
  }
  double loss = 0;
  int64_t masked = 0, ones = 0, sequences = 0;
  for (int64_t n = 0; n < evaluation().steps(); ++n) {
    const TokenBatch batch = evaluation().read(n, 0);
    for (const int32_t label : batch.masked_labels.values<int32_t>()) {
      loss -= std::log(static_cast<double>(counts[static_cast<size_t>(label)]) /
                       static_cast<double>(total));
    }
    masked += batch.predictions();
    sequences += batch.sequences();
    if (!batch.sentence_labels.defined()) continue;
    for (const int32_t label : batch.sentence_labels.values<int32_t>()) ones += label;
  }
  Baseline baseline;
  if (masked > 0) baseline.unigram_loss = loss / static_cast<double>(masked);
  if (has_sentence_labels()) {
    const double share = static_cast<double>(ones) / static_cast<double>(sequences);
    baseline.majority_share = std::max(share, 1 - share);
  }
  return baseline;
}

}  // namespace reprise
