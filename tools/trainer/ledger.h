// Ledger: what a model's weights cost and what sharing them saves, counted without making it.
//
// The convention of all counts: the pretraining model, with its pooler and both heads, in which
// shared parameters count once. Only so do BERT-base and ALBERT-base have the 110 and 12 million
// that they are known by; Hugging Face's BertModel and AlbertModel (base_model) have fewer.
//
// H the layers' width, E the embeddings', I the feed-forward block's, V the vocabulary, S the length
// of a sequence, P its predicted tokens.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "layers/models/encoder_config.h"
#include "tools/trainer/model_config.h"

namespace reprise {

inline constexpr std::string_view kCountingConvention =
    "pretraining model: pooler and both heads; shared parameters counted once";

// What a forward pass works on.
struct Workload {
  int64_t sequences = 32;    // of a micro-batch
  int64_t length = 128;      // S: tokens of each, the longest that the data may have
  int64_t predictions = 19;  // masked tokens of each: the word head sees no others
  bool sentences = true;     // the pooler and the head on top of it are at work
  // Of a classifier: how many labels it tells apart, 0 where only the data know. It stands in place of
  // the pretraining heads.
  std::optional<int64_t> outputs{};
};

std::string_view counting_convention(const ModelConfig& config, const Workload& workload);

struct LedgerEntry {
  std::string component;      // "attention"
  int64_t size = 0;           // parameters of one copy
  int64_t copies = 1;         // that are stored
  int64_t uses = 1;           // places of the model that use one of them
  bool base_model = true;     // false: only the pretraining model has it
  int64_t multiply_adds = 0;  // of all uses in one sequence's forward pass

  // Between units, in models of images: LeCun's count.
  int64_t connections = 0;
  // Of a layer whose uses share only some of their parameters: how many there are if nothing is shared.
  std::optional<int64_t> twin{};

  int64_t stored() const { return size * copies; }
  // If every use had its own copy.
  int64_t unshared() const { return twin.value_or(size * uses); }
};

struct Ledger {
  std::vector<LedgerEntry> entries;  // in the order of the forward pass
  SharingPlan plan;

  int64_t stored() const;
  int64_t unshared() const;
  // What Hugging Face's BertModel or AlbertModel stores: with the pooler, without heads.
  int64_t base_model() const;
  // Of one sequence's forward pass. Products only: norms, activations and softmax are left out.
  int64_t multiply_adds() const;
  int64_t connections() const;  // 0 where they aren't counted
  // Throws UsageError when there is no such component.
  const LedgerEntry& entry(std::string_view component) const;
};

// Throws ConfigError when the sizes come to more than can be counted.
Ledger make_ledger(const EncoderConfig& config, const Workload& workload = {});
// The same for any model. Of two towers: both are counted as uses, and neither has heads. Of images: a
// layer's places on its map are its uses.
Ledger make_ledger(const ModelConfig& config, const Workload& workload);

}  // namespace reprise
