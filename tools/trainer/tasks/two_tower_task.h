// Which sentence comes next? An encoder that reads both with the same weights, and tells the neighbour of
// each sentence from those of the others.
#pragma once

#include <memory>
#include <utility>

#include "data/sentence_pairs.h"
#include "layers/models/two_tower.h"
#include "tools/trainer/task.h"

namespace reprise {

class TwoTowerTask final : public Task {
 public:
  TwoTowerTask(const TwoTowerConfig& config, std::unique_ptr<SentencePairs> dataset)
      : config_(config), dataset_(std::move(dataset)), model_(config) {}

  const Dataset& dataset() const override { return *dataset_; }
  void collect(Collector& collector) const override { model_.collect(collector); }
  std::vector<std::string> start(const Collector& collector, RandomKey random) const override;

  // contrastive_loss: −log of the softmax over all second sentences at the right one, and the same over
  // all first ones, in the mean (InfoNCE; van den Oord et al. 2018).
  TaskLoss loss(const Context& context, const Batch& batch, const StepTotals& step,
                Carried& carried) const override;
  // contrastive_loss; accuracy: how often the neighbour has the highest score of its row; chance: how
  // often a guess is right.
  NamedNumbers evaluate(const std::function<bool()>& stop) const override;
  std::string in_words(const NamedNumbers& scores) const override;

  // A Hugging Face folder of the encoder without heads.
  void write_model(const Collector& collector, const AddFile& add) const override;

 private:
  Variable scores(const Context& context, const PairBatch& batch) const;

  TwoTowerConfig config_;
  std::unique_ptr<SentencePairs> dataset_;
  TwoTower model_;
};

}  // namespace reprise
