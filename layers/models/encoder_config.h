// EncoderConfig: BERT and ALBERT as two settings of one model. Sizes have Hugging Face's names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "core/config.h"
#include "layers/sharing.h"

namespace reprise {

struct EncoderConfig {
  // bert or albert. It decides the names in files and the defaults of what is left out:
  //          embedding_size  embedding projection  hidden_act  sharing  sentence_dropout
  //   bert   hidden_size     none                  gelu        none     0
  //   albert 128             always                gelu_new    groups   classifier_dropout_prob
  std::string type = "bert";

  int64_t vocab_size = 30522;
  std::optional<int64_t> embedding_size;
  int64_t hidden_size = 768;
  int64_t num_hidden_layers = 12;
  int64_t num_attention_heads = 12;
  int64_t intermediate_size = 3072;
  std::optional<std::string> hidden_act;
  double hidden_dropout_prob = 0.1;
  double attention_probs_dropout_prob = 0.1;
  std::optional<double> classifier_dropout_prob;
  int64_t max_position_embeddings = 512;
  int64_t type_vocab_size = 2;
  std::string initializer = "normal";
  double initializer_range = 0.02;
  double layer_norm_eps = 1e-12;
  bool tie_word_embeddings = true;
  std::optional<int64_t> num_hidden_groups;
  int64_t inner_group_num = 1;
  std::optional<SharingConfig> sharing;
  std::optional<bool> feed_forward_dropout;
  bool recompute = false;

  static EncoderConfig of(std::string type) {
    EncoderConfig config;
    config.type = std::move(type);
    return config;
  }

  void fields(Fields& f);
  void sizes(Fields& f);  // all but the type
  void check(Problems& problems) const;
  void check_sharing(Problems& problems) const;  // its part about the plan

  // The same with everything filled in whose default depends on the type.
  EncoderConfig resolved() const;

  // What holds after the defaults that depend on the type.
  bool albert() const { return type == "albert"; }
  int64_t embedding_width() const;
  bool embedding_projection() const { return albert(); }
  std::string activation() const;
  double sentence_dropout() const;    // before the sentence head
  double classifier_dropout() const;  // before a classifier's; bert: hidden_dropout_prob unless it is given
  // Hugging Face's ALBERT never applies the feed-forward block's dropout, Google's does.
  bool drops_feed_forward() const { return feed_forward_dropout.value_or(!albert()); }
  SharingConfig sharing_or_default() const;
  SharingPlan plan() const;
  Relaxation relaxation() const { return sharing_or_default().relaxation(); }
  // The same model under another plan. Its layers are single blocks then, unless the plan is in groups.
  EncoderConfig with_sharing(const SharingConfig& other) const;
  // The plan's grid, and a line on what uses have of their own, if anything.
  std::string sharing_picture() const;
};

}  // namespace reprise
