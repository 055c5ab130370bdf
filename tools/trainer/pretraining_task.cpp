#include "tools/trainer/pretraining_task.h"

#include <algorithm>

#include "autograd/ops.h"
#include "core/error.h"

namespace reprise {

StepTotals totals(const std::vector<Batch>& micro_batches) {
  StepTotals totals;
  for (const Batch& batch : micro_batches) {
    totals.masked += batch.masked();
    totals.sequences += batch.sequences();
  }
  return totals;
}

Tokens tokens_of(const Batch& batch) {
  return {batch.ids, batch.segments, batch.positions, batch.offsets, batch.place};
}

TaskLoss PretrainingTask::loss(const Context& context, const Batch& batch,
                               const StepTotals& step) const {
  const bool has_sentences = batch.sentence_labels.defined();
  if (step.masked == 0 && !has_sentences) throw DataError("a step without a single label");
  TaskLoss loss;
  const auto add_part = [&](const char* name, const Variable& part) {
    loss.total = loss.parts.empty() ? part : add(loss.total, part);
    loss.parts.emplace_back(name, part.value().item());
  };
  const Variable x = encoder_.encode(context, tokens_of(batch));
  if (step.masked > 0) {
    const Variable logits = encoder_.predict_tokens(context, gather_rows(x, batch.masked_rows));
    add_part("mlm_loss", cross_entropy(logits, batch.masked_labels,
                                       1.0 / static_cast<double>(step.masked)));
  }
  if (has_sentences) {
    const Variable pooled = encoder_.pool(context, x, batch.offsets);
    const Variable logits = encoder_.predict_sentence(context, pooled, batch.sequence_number);
    add_part("sentence_loss", cross_entropy(logits, batch.sentence_labels,
                                            1.0 / static_cast<double>(step.sequences)));
  }
  return loss;
}

std::vector<int32_t> argmax_rows(const Tensor& x) {
  const int64_t rows = x.shape().rows(), cols = x.shape().cols();
  std::vector<int32_t> best(rows);
  const real* numbers = x.data();
  for (int64_t r = 0; r < rows; ++r) {
    const real* row = numbers + r * cols;
    best[r] = static_cast<int32_t>(std::max_element(row, row + cols) - row);
  }
  return best;
}

namespace {

// Sums over an evaluation set: of losses and hits.
struct Score {
  double loss = 0;
  int64_t hits = 0;
  int64_t count = 0;

  void add(const Variable& logits, const Tensor& labels) {
    if (labels.numel() == 0) return;
    loss += cross_entropy(logits, labels, 1).value().item();
    const std::vector<int32_t> best = argmax_rows(logits.value());
    const auto wanted = labels.values<int32_t>();
    for (size_t i = 0; i < best.size(); ++i) hits += best[i] == wanted[i];
    count += labels.numel();
  }
  double mean_loss() const { return loss / static_cast<double>(std::max<int64_t>(1, count)); }
  double accuracy() const {
    return static_cast<double>(hits) / static_cast<double>(std::max<int64_t>(1, count));
  }
};

}  // namespace

NamedNumbers PretrainingTask::evaluate(const Dataset& dataset,
                                       const std::function<bool()>& stop) const {
  const Context plain;
  Score words, sentences;
  for (int64_t i = 0; i < dataset.evaluation_batches() && !stop(); ++i) {
    const Batch batch = dataset.evaluation_batch(i);
    const Variable x = encoder_.encode(plain, tokens_of(batch));
    if (batch.masked() > 0) {
      words.add(encoder_.predict_tokens(plain, gather_rows(x, batch.masked_rows)),
                batch.masked_labels);
    }
    if (batch.sentence_labels.defined()) {
      const Variable pooled = encoder_.pool(plain, x, batch.offsets);
      sentences.add(encoder_.predict_sentence(plain, pooled, {}), batch.sentence_labels);
    }
  }
  NamedNumbers scores = {{"loss", words.mean_loss() + sentences.mean_loss()},
                         {"mlm_loss", words.mean_loss()},
                         {"mlm_accuracy", words.accuracy()},
                         {"unigram_loss", dataset.baseline().unigram_loss}};
  if (sentences.count > 0) {
    scores.emplace_back("sentence_loss", sentences.mean_loss());
    scores.emplace_back("sentence_accuracy", sentences.accuracy());
    scores.emplace_back("majority_accuracy", dataset.baseline().majority_share.value_or(0));
  }
  return scores;
}

}  // namespace reprise
