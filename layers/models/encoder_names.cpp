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

SelfAttention::Paths EncoderNames::attention(int set) const {
  const std::string inputs = layer(set) + (albert_ ? ".attention." : ".attention.self.");
  const std::string output = layer(set) + (albert_ ? ".attention." : ".attention.output.");
  return {inputs + "query", inputs + "key", inputs + "value", output + "dense"};
}

std::string EncoderNames::attention_norm(int set) const {
  return layer(set) + (albert_ ? ".attention.LayerNorm" : ".attention.output.LayerNorm");
}

FeedForward::Paths EncoderNames::feed_forward(int set) const {
  if (albert_) return {layer(set) + ".ffn", layer(set) + ".ffn_output"};
  return {layer(set) + ".intermediate.dense", layer(set) + ".output.dense"};
}

std::string EncoderNames::feed_forward_norm(int set) const {
  return layer(set) + (albert_ ? ".full_layer_layer_norm" : ".output.LayerNorm");
}

}  // namespace reprise
