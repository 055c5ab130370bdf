// RecurrentModel: the word language model of Zaremba et al. 2014, with the two means of Press & Wolf
// 2017: tied embeddings, and projection regularization. Names in files are those of PyTorch's example
// (embedding, rnn, decoder), with `projection` for the matrix P.
//
//   ids -> embedding -> dropout -> LSTM layers, dropout between them -> dropout [-> P] -> decoder
//
// Tied, the decoder's weight is the word table itself: one Parameter bound at two ends.
// T time steps of B streams of text, V words, E and H the widths of table and layers.
#pragma once

#include <cmath>

#include "layers/embedding.h"
#include "layers/lstm.h"
#include "layers/models/recurrent_config.h"

namespace reprise {

class RecurrentModel {
 public:
  explicit RecurrentModel(const RecurrentConfig& config);

  struct Result {
    Variable logits;  // [T · B, V]
    LstmState state;  // for the next batch of the same streams
  };
  // ids [T, B] i32, the streams' state before them; places [T · B] or undefined, for dropout (ops.h).
  // Throws DataError for an id outside the table, ShapeError for a state of other sizes.
  Result forward(const Context& context, const Tensor& ids, const LstmState& state,
                 const Tensor& places = {}) const;

  // What is minimized: the mean cross entropy in nats, and in training the penalty λ/2 ‖P‖² / positions.
  // labels [T, B] i32 for logits [T · B, V]. positions: those of the whole step, where that is several
  // batches whose losses add up to the step's; 0: those of `labels`. Throws DataError for a label that
  // is no word.
  //
  // Note [The scale of the penalty]
  // Press & Wolf's program adds ½ ‖P‖² / 6.5, hence λ = 0.15, to the *sum* of a batch's losses (and
  // divides all by B). We minimize the mean, so the penalty is divided by as many positions. Their
  // learning rates and clip norms are for the sum over time: divide clip norms by T, multiply rates.
  Variable loss(const Context& context, const Variable& logits, const Tensor& labels,
                int64_t positions = 0) const;
  // Its two terms apart; without a penalty, that one is not there.
  struct Losses {
    Variable words;
    std::optional<Variable> penalty;
  };
  Losses losses(const Context& context, const Variable& logits, const Tensor& labels,
                int64_t positions) const;

  void collect(Collector& collector) const;
  const RecurrentConfig& config() const { return config_; }

 private:
  // Places of the context: what draws random numbers, and where.
  enum Place : uint64_t { kEmbedding, kLayers, kOutput };

  RecurrentConfig config_;
  Dropout dropout_;
  Embedding embedding_;         // [V, E]
  Lstm rnn_;
  ParameterPtr projection_;     // [E, H], or null
  ParameterPtr decoder_;        // [V, E] or, without a projection, [V, H]; the word table when tied
  ParameterPtr decoder_bias_;   // [V], or null
};

// e to the mean cross entropy in nats: among how many equally likely words the model hesitates.
inline double perplexity(double mean_cross_entropy) { return std::exp(mean_cross_entropy); }

}  // namespace reprise
