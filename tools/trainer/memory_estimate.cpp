#include "tools/trainer/memory_estimate.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "autograd/ops/operands.h"
#include "core/gemm.h"
#include "layers/exact_count.h"

namespace reprise {

namespace {

constexpr int64_t kBytes = 4;       // of a number

ExactCount larger(ExactCount a, ExactCount b) { return std::max(a.value(), b.value()); }

// Bytes alive at the same time, for T tokens in sequences of S, of which P are predicted. What an op
// keeps stands with its backward in autograd/ops; operands of products are kept in their precision.
ExactCount activations(const EncoderConfig& config, const Workload& work, Precision precision) {
  const ExactCount S = work.length, T = ExactCount(work.sequences) * S;
  const ExactCount P = ExactCount(work.sequences) * work.predictions;
  const ExactCount H = config.hidden_size, E = config.embedding_width(), V = config.vocab_size;
  const ExactCount I = config.intermediate_size;
  const ExactCount depth = ExactCount(config.num_hidden_layers) * config.inner_group_num;
  const int64_t narrow = precision == Precision::bfloat16 ? 2 : kBytes;

  // The norm's input, mean and deviation; the projection's input.
  const ExactCount embeddings = T * (E + 2) * kBytes +
                                (config.embedding_projection() ? T * E * narrow : ExactCount(0));
  // The layer's input; queries, keys and values; the mixed values; the norm's input, mean and
  // deviation; its output; the activation's input; the second norm's input, mean and deviation.
  // Attention's probabilities and the activation's output are computed again.
  const ExactCount kept_of_tokens = T * (H + 3 * H + H + H + I) * narrow + T * 2 * (H + 2) * kBytes;
  // With additions of low rank, the weights of each use of shared ones are a matrix that is made and kept.
  const bool relaxed = config.relaxation().rank > 0;
  const SharingPlan plan = config.plan();
  const ExactCount attention = relaxed ? 4 * H * H * kBytes : ExactCount(0);
  const ExactCount feed_forward = relaxed ? 2 * H * I * kBytes : ExactCount(0);
  const ExactCount summed = attention + feed_forward;  // in one layer
  const ExactCount all_summed = plan.shared_applications(LayerPart::attention) * attention +
                                plan.shared_applications(LayerPart::feed_forward) * feed_forward;
  const ExactCount layer = kept_of_tokens + summed;
  const ExactCount layers = config.recompute ? depth * T * H * kBytes : depth * kept_of_tokens + all_summed;
  // The dense layer's input; its output; the norm's input, mean and deviation; the decoder's input;
  // logits and their normalizers; likewise of the sentence head.
  const ExactCount heads = P * (H + E) * narrow + P * (E + E + 2 + V + 1) * kBytes +
                           ExactCount(work.sequences) * 2 * H * kBytes;

  // Backward starts with all of this alive; the logits' gradient takes their place, and in bfloat16 a
  // copy stands beside it. Later the heads are gone, and a layer's gradients, widest inside the
  // feed-forward block, stand beside what the layers keep, with the activation's output.
  const ExactCount in_layer =
      T * 2 * I * narrow + T * 2 * H * kBytes + summed + (config.recompute ? layer : ExactCount(0));
  const ExactCount narrowed = precision == Precision::bfloat16 ? P * V * narrow : ExactCount(0);
  return embeddings + layers + larger(heads + P * E * kBytes + narrowed, in_layer);
}

// Bytes of copies of weights in a form that products want; see Note [Packed weights] in
// autograd/ops/operands.h. A packed copy takes the weight's bytes in float32, and twice half of them,
// for both directions, in bfloat16.
ExactCount copies_for_products(const Ledger& ledger, const Workload& work, Precision precision,
                               const EncoderConfig* encoder) {
  const bool relaxed = encoder && encoder->relaxation().rank > 0;  // then no two uses have one weight
  const bool packs = !relaxed && work.sequences * work.length >= kFewestPackedRows;
  ExactCount bytes = 0;
  for (const LedgerEntry& entry : ledger.entries) {
    const bool in_layers = entry.component == "attention" || entry.component == "feed_forward";
    const bool shared = entry.uses > entry.copies;
    if (packs && in_layers) {
      if (shared) bytes = bytes + kBytes * ExactCount(entry.stored());
    } else if (precision == Precision::bfloat16) {
      bytes = bytes + kBytes / 2 * ExactCount(entry.stored());
    }
  }
  return bytes;
}

}  // namespace

int moments(const OptimizerConfig& config) {
  if (config.type == "sgd") return config.momentum > 0 ? 1 : 0;
  return 2;
}

Workload workload_of(const RunConfig& config) {
  if (config.model.type == "lstm_lm") {
    return {.sequences = config.sequences(),
            .length = config.data.words.steps,
            .predictions = config.data.words.steps,
            .sentences = false};
  }
  if (config.model.type == "sequential") {
    return {.sequences = config.sequences(), .length = 1, .predictions = 1, .sentences = false};
  }
  const bool text = config.data.type == "text", labelled = config.data.type == "classification";
  const bool masked = text || config.data.type == "batches";
  Workload work;
  work.sequences = config.sequences();
  work.length = config.data.max_length().value_or(config.model.any_encoder()->max_position_embeddings);
  work.sentences = labelled || (masked && (!text || config.data.text.sentence_task != "none"));
  if (labelled) {
    const std::optional<LabelNamesConfig>& names = config.data.classification.labels;
    work.outputs = config.labels() == LabelKind::number ? 1 : names ? std::ssize(names->names) : 0;
  }
  const MaskingConfig masking = text ? config.data.text.masking : MaskingConfig{};
  // As data/masking has it.
  const double wanted = std::nearbyint(masking.probability * static_cast<double>(work.length));
  work.predictions = std::clamp<int64_t>(static_cast<int64_t>(wanted), 1,
                                         masking.max_predictions.value_or(work.length));
  if (!masked) work.predictions = 0;
  return work;
}

namespace {

// Embeddings; of each layer its input, gates and two states; logits, whose gradient takes their place.
ExactCount activations(const RecurrentConfig& config, const Workload& work) {
  const ExactCount rows = ExactCount(work.sequences) * work.length, H = config.hidden_size;
  return rows * (config.embedding_width() + config.num_layers * (7 * H) + H + config.vocab_size) * kBytes;
}

// What every layer was given and gave; going back, the gradients on both sides of one.
ExactCount activations(const SequentialConfig& config, const Workload& work) {
  ExactCount kept = config.input_shape().numel(), before = kept, widest = 0;
  for (const SequentialConfig::Step& step : config.steps()) {
    const ExactCount output = step.output.numel();
    kept = kept + output;
    widest = larger(widest, before + output);
    before = output;
  }
  return ExactCount(work.sequences) * (kept + widest) * kBytes;
}

ExactCount activations(const ModelConfig& config, Workload work, Precision precision) {
  if (config.type == "sequential") return activations(config.sequential, work);
  if (config.type == "lstm_lm") return activations(config.recurrent, work);
  if (config.type == "two_tower") work.sequences *= 2;  // both are alive at once
  return activations(*config.any_encoder(), work, precision);
}

}  // namespace

MemoryEstimate estimate_memory(const RunConfig& config) {
  const Workload work = workload_of(config);
  const Ledger ledger = make_ledger(config.model, work);
  const ExactCount weights = kBytes * ExactCount(ledger.stored());
  const auto micro_batches = static_cast<uint64_t>(config.training.accumulate);
  const int64_t partial_sums = std::bit_width(micro_batches) - 1;
  MemoryEstimate bytes;
  const Precision precision = precision_named(config.training.precision);
  bytes.weights = weights.value();
  bytes.packed = copies_for_products(ledger, work, precision, config.model.any_encoder()).value();
  bytes.gradients = (weights * (1 + partial_sums)).value();
  bytes.optimizer = (weights * moments(config.optimizer)).value();
  bytes.activations = activations(config.model, work, precision).value();
  // total() must be countable, too.
  ExactCount(bytes.weights) + bytes.packed + bytes.gradients + bytes.optimizer + bytes.activations +
      bytes.program;
  return bytes;
}

}  // namespace reprise
