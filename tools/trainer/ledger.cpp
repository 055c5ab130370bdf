#include "tools/trainer/ledger.h"

#include "core/error.h"
#include "layers/exact_count.h"

namespace reprise {

std::string_view counting_convention(const ModelConfig& config, const Workload& workload) {
  if (!config.is_encoder()) return "shared parameters counted once";
  if (!workload.outputs) return kCountingConvention;
  return *workload.outputs > 0 ? "classifier: pooler and head; shared parameters counted once"
                               : "pooler, without the classifier, whose labels the data have; shared parameters "
                                 "counted once";
}

namespace {

// x W + b
ExactCount linear(ExactCount in, ExactCount out) { return in * out + out; }
// gain and bias
ExactCount norm(ExactCount width) { return 2 * width; }

class LedgerMaker {
 public:
  LedgerMaker(const EncoderConfig& config, const Workload& workload)
      : config_(config),
        work_(workload),
        S(workload.length),
        P(workload.predictions),
        H(config.hidden_size),
        E(config.embedding_width()),
        I(config.intermediate_size),
        V(config.vocab_size) {}

  Ledger make() {
    ledger_.plan = config_.plan();
    embeddings();
    layers();
    heads();
    // The sums must be countable, too; they are larger than any of their parts.
    ExactCount unshared = 0, multiply_adds = 0;
    for (const LedgerEntry& entry : ledger_.entries) {
      unshared = unshared + ExactCount(entry.size) * entry.uses;
      multiply_adds = multiply_adds + entry.multiply_adds;
    }
    return std::move(ledger_);
  }

 private:
  LedgerEntry& add(std::string_view component, ExactCount size, ExactCount multiply_adds = 0) {
    return ledger_.entries.emplace_back(
        LedgerEntry{.component = std::string(component), .size = size.value(),
                    .multiply_adds = multiply_adds.value()});
  }

  // Tables and the norm of their sum. A tied word table is used again to predict words.
  void embeddings() {
    const bool tied = config_.tie_word_embeddings && !work_.outputs;
    add("word_embeddings", V * E, tied ? P * E * V : 0).uses = tied ? 2 : 1;
    add("position_embeddings", ExactCount(config_.max_position_embeddings) * E);
    add("segment_embeddings", ExactCount(config_.type_vocab_size) * E);
    add("embedding_norm", norm(E));
    if (config_.embedding_projection()) add("embedding_projection", linear(E, H), S * E * H);
  }

  // A part of the layers: each set of the plan is a copy, each application a use.
  void part(LayerPart which, ExactCount size, ExactCount multiply_adds) {
    const int64_t uses = ledger_.plan.applications();
    LedgerEntry& entry = add(to_string(which), size, uses * multiply_adds);
    entry.copies = ledger_.plan.count(which);
    entry.uses = uses;
  }

  // Queries, keys, values and the output are products of H by H; scores, and their use for mixing
  // values, cost S² H each. Biases of a use's own are counted apart, those of matrices with one use among them.
  void layers() {
    const Relaxation relaxation = config_.relaxation();
    const ExactCount attention_biases = 4 * H, feed_forward_biases = I + H;
    const ExactCount shared = relaxation.own_biases ? 0 : 1;  // the biases, with their matrices
    part(LayerPart::attention, 4 * H * H + shared * attention_biases,
         4 * S * H * H + 2 * S * S * H);
    part(LayerPart::attention_norm, norm(H), 0);
    part(LayerPart::feed_forward, 2 * H * I + shared * feed_forward_biases, 2 * S * H * I);
    part(LayerPart::feed_forward_norm, norm(H), 0);
    if (relaxation.own_biases) own("biases", attention_biases + feed_forward_biases, ledger_.plan.applications());
    additions("attention_additions", LayerPart::attention, relaxation.rank * 4 * (H + H));
    additions("feed_forward_additions", LayerPart::feed_forward, relaxation.rank * 2 * (H + I));
  }

  // Of low rank, for each use of shared matrices. Products with them aren't a sequence's: the sum with the
  // shared weight is made once a batch.
  void additions(std::string_view component, LayerPart part, ExactCount size) {
    const int uses = ledger_.plan.shared_applications(part);
    if (config_.relaxation().rank > 0 && uses > 0) own(component, size, uses).twin = 0;
  }

  // What each of so many applications has for itself.
  LedgerEntry& own(std::string_view component, ExactCount size, int64_t applications) {
    LedgerEntry& entry = add(component, size);
    entry.copies = entry.uses = applications;
    return entry;
  }

  void heads() {
    add("pooler", linear(H, H), work_.sentences ? H * H : 0);
    if (work_.outputs) {
      add("classifier", linear(H, *work_.outputs), H * *work_.outputs).base_model = false;
      return;
    }
    add("prediction_dense", linear(H, E), P * H * E).base_model = false;
    add("prediction_norm", norm(E)).base_model = false;
    if (!config_.tie_word_embeddings) add("decoder", V * E, P * E * V).base_model = false;
    add("decoder_bias", V).base_model = false;
    add("sentence_head", linear(H, 2), work_.sentences ? 2 * H : 0).base_model = false;
  }

  const EncoderConfig& config_;
  const Workload& work_;
  const ExactCount S, P, H, E, I, V;
  Ledger ledger_;
};

}  // namespace

Ledger make_ledger(const EncoderConfig& config, const Workload& workload) {
  return LedgerMaker(config, workload).make();
}

namespace {

Ledger two_towers(const EncoderConfig& encoder, const Workload& workload) {
  Ledger ledger = make_ledger(encoder, workload);
  std::erase_if(ledger.entries, [](const LedgerEntry& entry) {
    return !entry.base_model || entry.component == "pooler";
  });
  for (LedgerEntry& entry : ledger.entries) {
    if (entry.component == "word_embeddings") entry.uses = 1;  // no word head
    entry.uses *= 2;
    entry.multiply_adds *= 2;
  }
  return ledger;
}

// Every LSTM layer is used once for each time step.
Ledger recurrent(const RecurrentConfig& config, const Workload& workload) {
  const ExactCount T = workload.length, V = config.vocab_size, E = config.embedding_width();
  const ExactCount H = config.hidden_size, D = config.decoder_width();
  Ledger ledger;
  const auto add = [&](std::string component, ExactCount size, ExactCount uses, ExactCount macs) {
    ledger.entries.push_back({.component = std::move(component), .size = size.value(),
                              .uses = uses.value(), .multiply_adds = macs.value()});
  };
  const bool tied = config.tie_word_embeddings;
  add("word_embeddings", V * E, tied ? 2 : 1, tied ? T * V * E : ExactCount(0));
  for (int64_t layer = 0; layer < config.num_layers; ++layer) {
    const ExactCount in = layer == 0 ? E : H;
    add(fmt::format("lstm_l{}", layer), 4 * H * (in + H + 2), T, T * 4 * H * (in + H));
  }
  if (config.projection) add("projection", D * H, 1, T * D * H);
  if (!tied) add("decoder", V * D, 1, T * V * D);
  if (config.decoder_bias) add("decoder_bias", V, 1, 0);
  return ledger;
}

Ledger sequential(const SequentialConfig& config) {
  SequentialConfig apart = config;
  apart.locally_connected = true;
  const std::vector<SequentialConfig::Step> steps = config.steps(), twins = apart.steps();
  Ledger ledger;
  for (size_t i = 0; i < steps.size(); ++i) {
    const LayerCost& cost = steps[i].cost;
    if (cost.connections.value() == 0) continue;
    const bool named = steps[i].name != std::to_string(i);
    ledger.entries.push_back({.component = named ? steps[i].name : fmt::format("{} {}", steps[i].type, i),
                              .size = cost.parameters.value(),
                              .uses = cost.uses,
                              .multiply_adds = cost.multiply_adds.value(),
                              .connections = cost.connections.value(),
                              .twin = twins[i].cost.parameters.value()});
  }
  return ledger;
}

}  // namespace

Ledger make_ledger(const ModelConfig& config, const Workload& workload) {
  if (config.type == "sequential") return sequential(config.sequential);
  if (config.type == "lstm_lm") return recurrent(config.recurrent, workload);
  if (config.type == "two_tower") return two_towers(config.two_tower.encoder, workload);
  return make_ledger(config.encoder, workload);
}

int64_t Ledger::stored() const {
  int64_t sum = 0;
  for (const LedgerEntry& entry : entries) sum += entry.stored();
  return sum;
}

int64_t Ledger::unshared() const {
  int64_t sum = 0;
  for (const LedgerEntry& entry : entries) sum += entry.unshared();
  return sum;
}

int64_t Ledger::base_model() const {
  int64_t sum = 0;
  for (const LedgerEntry& entry : entries) sum += entry.base_model ? entry.stored() : 0;
  return sum;
}

int64_t Ledger::multiply_adds() const {
  int64_t sum = 0;
  for (const LedgerEntry& entry : entries) sum += entry.multiply_adds;
  return sum;
}

int64_t Ledger::connections() const {
  int64_t sum = 0;
  for (const LedgerEntry& entry : entries) sum += entry.connections;
  return sum;
}

const LedgerEntry& Ledger::entry(std::string_view component) const {
  for (const LedgerEntry& entry : entries) {
    if (entry.component == component) return entry;
  }
  throw UsageError("ledger: no component {}", component);
}

}  // namespace reprise
