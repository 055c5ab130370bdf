#include "layers/models/recurrent_model.h"

#include "autograd/ops.h"
#include "core/error.h"

namespace reprise {

RecurrentModel::RecurrentModel(const RecurrentConfig& config)
    : config_(config),
      dropout_(config.dropout),
      embedding_(config.vocab_size, config.embedding_width()),
      rnn_(config.embedding_width(), config.hidden_size, config.num_layers, config.dropout) {
  const auto parameter = [](const Shape& shape) { return std::make_shared<Parameter>(shape); };
  if (config.projection) projection_ = parameter({config.embedding_width(), config.hidden_size});
  decoder_ = config.tie_word_embeddings ? embedding_.table()
                                        : parameter({config.vocab_size, config.decoder_width()});
  if (config.decoder_bias) decoder_bias_ = parameter({config.vocab_size});
}

RecurrentModel::Result RecurrentModel::forward(const Context& context, const Tensor& ids,
                                               const LstmState& state, const Tensor& places) const {
  if (ids.shape().rank() != 2) {
    throw ShapeError("lstm_lm: ids are [time, batch], these are {}", ids.shape());
  }
  Variable x = embedding_.forward(context, ids);
  x = dropout_.forward(context.at(kEmbedding), x, places);
  Lstm::Result layers = rnn_.forward(context.at(kLayers), x, state, places);
  x = view(layers.output, {ids.numel(), config_.hidden_size});
  x = dropout_.forward(context.at(kOutput), x, places);
  if (projection_) x = linear(x, context.bind(projection_), Variable(), context.precision);
  const Variable bias = decoder_bias_ ? context.bind(decoder_bias_) : Variable();
  return {linear(x, context.bind(decoder_), bias, context.precision), std::move(layers.state)};
}

Variable RecurrentModel::loss(const Context& context, const Variable& logits, const Tensor& labels,
                              int64_t positions) const {
  const Losses terms = losses(context, logits, labels, positions);
  return terms.penalty ? add(terms.words, *terms.penalty) : terms.words;
}

RecurrentModel::Losses RecurrentModel::losses(const Context& context, const Variable& logits,
                                              const Tensor& labels, int64_t positions) const {
  const auto n = static_cast<double>(labels.numel());
  const double all = positions > 0 ? static_cast<double>(positions) : n;
  if (n == 0) throw DataError("lstm_lm: a batch without a single label");
  const Variable words = cross_entropy(logits, labels.view({labels.numel()}), 1 / all);
  if (!projection_ || !context.training || config_.projection_penalty == 0) return {words, {}};
  const double share = n / all;  // of the step's penalty, so that its batches together have it once
  return {words, scale(sum(square(context.bind(projection_))),
                       share * config_.projection_penalty / 2 / all)};
}

void RecurrentModel::collect(Collector& collector) const {
  const auto add = [&](const ParameterPtr& parameter, const char* path) {
    if (parameter) collector.add(parameter, Start::uniform, {path}, config_.initializer_range);
  };
  add(embedding_.table(), "embedding.weight");
  rnn_.collect(collector, "rnn", config_.initializer_range);
  add(projection_, "projection.weight");
  add(decoder_, "decoder.weight");
  add(decoder_bias_, "decoder.bias");
}

}  // namespace reprise
