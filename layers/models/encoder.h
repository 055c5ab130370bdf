// Encoder: the model behind BERT (Devlin et al. 2018) and ALBERT (Lan et al. 2019), numerically Hugging
// Face's BertForPreTraining and AlbertForPreTraining at every token that isn't padding.
//
// Each part of a layer has Parameters once per set of the sharing plan; application a uses those of set
// plan(part, a). That is all of cross-layer sharing: a copied pointer. B sequences, T tokens in all, H the
// layers' width, E the embeddings' width, V the vocabulary.
#pragma once

#include <optional>
#include <vector>

#include "layers/dropout.h"
#include "layers/embedding.h"
#include "layers/layer_norm.h"
#include "layers/models/encoder_config.h"
#include "layers/models/encoder_names.h"

namespace reprise {

class Encoder {
 public:
  explicit Encoder(const EncoderConfig& config);

  // -> [T, H]. With `hidden`, also appends the embeddings' output and every application's.
  // Throws DataError for an id, segment or position outside its table.
  Variable encode(const Context& context, const Tokens& tokens,
                  std::vector<Variable>* hidden = nullptr) const;
  // The first token of each sequence through the pooler: x [T, H] -> [B, H]
  Variable pool(const Context& context, const Variable& x, const Tensor& offsets) const;
  // x [n, H], any rows of encode()'s result -> [n, V]
  Variable predict_tokens(const Context& context, const Variable& x) const;
  // pooled [B, H] -> [B, 2]; places [B] i32 for dropout
  Variable predict_sentence(const Context& context, const Variable& pooled,
                            const Tensor& places) const;

  // All Parameters, under Hugging Face's names; or those of encode() alone, or of encode() and pool().
  void collect(Collector& collector) const;
  void collect_base(Collector& collector) const;
  void collect_pooled(Collector& collector) const;

  const EncoderConfig& config() const { return config_; }
  const SharingPlan& plan() const { return plan_; }

 private:
  // Places of the context: what draws random numbers, and where.
  enum Place : uint64_t { kEmbeddings, kLayers, kSentence, kAttention, kAttentionOutput, kOutput };

  Variable embed(const Context& context, const Tokens& tokens) const;
  Variable apply_layer(const Context& context, int application, const Variable& x,
                       const Tokens& tokens) const;

  EncoderConfig config_;
  SharingPlan plan_;
  Activation activation_;
  Dropout dropout_;

  Embedding words_, segments_, positions_;
  LayerNorm embedding_norm_;
  std::optional<Linear> projection_;
  std::vector<SelfAttention> attention_;  // a vector per part: one for each application
  std::vector<LayerNorm> attention_norm_;
  std::vector<FeedForward> feed_forward_;
  std::vector<LayerNorm> feed_forward_norm_;
  Linear pooler_;
  Linear prediction_dense_;
  LayerNorm prediction_norm_;
  ParameterPtr decoder_;       // [V, E]: the word table itself when tied
  ParameterPtr decoder_bias_;  // [V]
  Linear sentence_;
};

}  // namespace reprise
