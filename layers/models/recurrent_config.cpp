#include "layers/models/recurrent_config.h"

namespace reprise {

namespace {

constexpr double kMost = 1 << 24;  // of any size: keeps products of sizes countable

}  // namespace

void RecurrentConfig::fields(Fields& f) {
  f("type", type, "lstm_lm: a language model of LSTM layers").one_of({"lstm_lm"});
  sizes(f);
}

void RecurrentConfig::sizes(Fields& f) {
  f("vocab_size", vocab_size, "words, the rows of the word table").between(2, kMost);
  f("embedding_size", embedding_size, "width of the word table; null: hidden_size").between(1, kMost);
  f("hidden_size", hidden_size, "width of the LSTM layers' state").between(1, kMost);
  f("num_layers", num_layers, "LSTM layers, one upon the other").between(1, 1000);
  f("dropout", dropout, "dropout of the embeddings, between layers and before the decoder")
      .at_least(0).below(1);
  f("tie_word_embeddings", tie_word_embeddings, "the decoder's weight is the word table");
  f("projection", projection,
    "a matrix between the last layer and the decoder, from hidden_size to embedding_size");
  f("projection_penalty", projection_penalty,
    "λ of its penalty λ/2 ‖P‖², beside the sum of the losses of a step; 0: none").at_least(0);
  f("decoder_bias", decoder_bias, "whether the decoder has a bias");
  f("initializer_range", initializer_range,
    "all weights and biases start uniform within ± this (Zaremba et al.: 0.1, 0.05 and 0.04 for 200, "
    "650 and 1500 units)").above(0);
}

void RecurrentConfig::check(Problems& problems) const {
  if (tie_word_embeddings && decoder_width() != embedding_width()) {
    problems.add("embedding_size",
                 fmt::format("is {}, but the tied decoder sees the hidden_size of {}; leave it out, "
                             "set \"projection\": true, or \"tie_word_embeddings\": false",
                             embedding_width(), hidden_size));
  }
}

RecurrentConfig RecurrentConfig::resolved() const {
  RecurrentConfig config = *this;
  config.embedding_size = embedding_width();
  return config;
}

}  // namespace reprise
