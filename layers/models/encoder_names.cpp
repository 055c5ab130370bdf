#include "layers/models/encoder_names.h"

#include <fmt/format.h>

namespace reprise {

EncoderNames::EncoderNames(const EncoderConfig& config)
    : albert_(config.albert()), inner_(config.inner_group_num) {
  if (const auto depth = as_groups(config.plan(), inner_)) inner_ = depth->inner;
  const std::string base = albert_ ? "albert" : "bert";
  const std::string heads = albert_ ? "" : "cls.";
  const std::string transform = albert_ ? "predictions" : "cls.predictions.transform";
  embeddings = base + ".embeddings";
  projection = base + ".encoder.embedding_hidden_mapping_in";
  pooler = base + (albert_ ? ".pooler" : ".pooler.dense");
  prediction_dense = transform + ".dense";
  prediction_norm = transform + ".LayerNorm";
  prediction_bias = heads + "predictions.bias";
  decoder = heads + "predictions.decoder";
  sentence = albert_ ? "sop_classifier.classifier" : "cls.seq_relationship";
}

std::string EncoderNames::layer(int set) const {
  if (!albert_) return fmt::format("bert.encoder.layer.{}", set);
  return fmt::format("albert.encoder.albert_layer_groups.{}.albert_layers.{}", set / inner_,
                     set % inner_);
}

std::string EncoderNames::use(int application) const {
  return fmt::format("{}.encoder.uses.{}", albert_ ? "albert" : "bert", application);
}

SelfAttention::Paths EncoderNames::attention_under(const std::string& layer) const {
  const std::string inputs = layer + (albert_ ? ".attention." : ".attention.self.");
  const std::string output = layer + (albert_ ? ".attention." : ".attention.output.");
  return {inputs + "query", inputs + "key", inputs + "value", output + "dense"};
}

FeedForward::Paths EncoderNames::feed_forward_under(const std::string& layer) const {
  if (albert_) return {layer + ".ffn", layer + ".ffn_output"};
  return {layer + ".intermediate.dense", layer + ".output.dense"};
}

std::vector<std::string> EncoderNames::heads() const {
  if (albert_) return {"albert.pooler", "predictions", "sop_classifier"};
  return {"bert.pooler", "cls.predictions", "cls.seq_relationship"};
}

SelfAttention::Paths EncoderNames::attention(int set) const { return attention_under(layer(set)); }

SelfAttention::Paths EncoderNames::attention_of_use(int application) const {
  return attention_under(use(application));
}

std::string EncoderNames::attention_norm(int set) const {
  return layer(set) + (albert_ ? ".attention.LayerNorm" : ".attention.output.LayerNorm");
}

FeedForward::Paths EncoderNames::feed_forward(int set) const {
  return feed_forward_under(layer(set));
}

FeedForward::Paths EncoderNames::feed_forward_of_use(int application) const {
  return feed_forward_under(use(application));
}

std::string EncoderNames::feed_forward_norm(int set) const {
  return layer(set) + (albert_ ? ".full_layer_layer_norm" : ".output.LayerNorm");
}

namespace {

std::vector<std::string> list(const SelfAttention::Paths& p) { return {p.query, p.key, p.value, p.dense}; }
std::vector<std::string> list(const FeedForward::Paths& p) { return {p.in, p.out}; }

}  // namespace

std::vector<std::string> EncoderNames::paths(LayerPart part, int set) const {
  switch (part) {
    case LayerPart::attention: return list(attention(set));
    case LayerPart::attention_norm: return {attention_norm(set)};
    case LayerPart::feed_forward: return list(feed_forward(set));
    case LayerPart::feed_forward_norm: return {feed_forward_norm(set)};
  }
  return {};
}

std::vector<std::string> EncoderNames::paths_of_use(LayerPart part, int application) const {
  if (part == LayerPart::attention) return list(attention_of_use(application));
  if (part == LayerPart::feed_forward) return list(feed_forward_of_use(application));
  return {};
}

}  // namespace reprise
