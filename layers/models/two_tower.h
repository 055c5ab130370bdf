// TwoTower: one encoder at two inputs, so that every one of its Parameters is bound twice in a step: a
// Siamese network (Bromley et al. 1993). Sharing here is neither over places nor over depth: both
// sentences must land in one space, and only the same weights can see to that.
//
// S pairs of sequences, H the encoder's width.
#pragma once

#include "layers/models/encoder.h"
#include "layers/models/two_tower_config.h"

namespace reprise {

class TwoTower {
 public:
  explicit TwoTower(const TwoTowerConfig& config) : config_(config), encoder_(config.encoder) {}

  // -> [S, H], every row of length 1
  Variable embed(const Context& context, const Tokens& tokens) const;
  // -> [S, S]: the cosine of each first sentence with each second one, over the temperature. Rows are
  // logits for which second sentence belongs to a first one; columns the other way round.
  Variable scores(const Context& context, const Tokens& first, const Tokens& second) const;

  // The Parameters that both towers use, under the names of Hugging Face's BertModel or AlbertModel.
  void collect(Collector& collector) const { encoder_.collect_base(collector); }

  const Encoder& encoder() const { return encoder_; }

 private:
  TwoTowerConfig config_;
  Encoder encoder_;
};

}  // namespace reprise
