// The Hugging Face names of an encoder's parameters: BertForPreTraining's and AlbertForPreTraining's.
//
// A set of weights is named by its number. Under the plans that Hugging Face knows (as_groups() of an
// ALBERT, none of a BERT) these are exactly its names; under others they follow the same pattern.
#pragma once

#include <string>
#include <vector>

#include "layers/attention.h"
#include "layers/feed_forward.h"
#include "layers/models/encoder_config.h"

namespace reprise {

struct EncoderNames {
  explicit EncoderNames(const EncoderConfig& config);

  std::string embeddings;        // prefix of the tables and their norm
  std::string projection;        // of the embeddings to the layers' width; albert only
  std::string pooler;
  std::string prediction_dense, prediction_norm, prediction_bias;
  std::string decoder;           // weight and bias of the output projection
  std::string sentence;

  // What a file of the encoder alone lacks: the beginnings of the names of the pooler and of each head.
  std::vector<std::string> heads() const;

  SelfAttention::Paths attention(int set) const;
  std::string attention_norm(int set) const;
  FeedForward::Paths feed_forward(int set) const;
  std::string feed_forward_norm(int set) const;
  // The paths of all layers that a part consists of, each with a weight and a bias.
  std::vector<std::string> paths(LayerPart part, int set) const;
  std::vector<std::string> paths_of_use(LayerPart part, int application) const;  // none of a norm
  // Of what an application has of its own beside its set; Hugging Face has no such thing.
  SelfAttention::Paths attention_of_use(int application) const;
  FeedForward::Paths feed_forward_of_use(int application) const;

 private:
  std::string layer(int set) const;
  std::string use(int application) const;
  SelfAttention::Paths attention_under(const std::string& layer) const;
  FeedForward::Paths feed_forward_under(const std::string& layer) const;

  bool albert_;
  int64_t inner_;  // sets in a group
};

}  // namespace reprise
