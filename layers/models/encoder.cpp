#include "layers/models/encoder.h"

#include <array>

#include "autograd/ops.h"
#include "autograd/recompute.h"

namespace reprise {

namespace {

// A layer for each application. Those with the same set are copies of one, made once, and so have the same
// Parameters.
template <class Make>
auto each_use(const SharingPlan& plan, LayerPart part, const Make& make) {
  std::vector<decltype(make())> sets, layers;
  for (int set = 0; set < plan.count(part); ++set) sets.push_back(make());
  for (int a = 0; a < plan.applications(); ++a) layers.push_back(sets[plan.set(part, a)]);
  return layers;
}

}  // namespace

Encoder::Encoder(const EncoderConfig& config)
    : config_(config),
      plan_(config.plan()),
      activation_(activation_named(config.activation())),
      dropout_(config.hidden_dropout_prob),
      words_(config.vocab_size, config.embedding_width()),
      segments_(config.type_vocab_size, config.embedding_width()),
      positions_(config.max_position_embeddings, config.embedding_width()),
      embedding_norm_(config.embedding_width(), config.layer_norm_eps),
      pooler_(config.hidden_size, config.hidden_size),
      prediction_dense_(config.hidden_size, config.embedding_width()),
      prediction_norm_(config.embedding_width(), config.layer_norm_eps),
      decoder_bias_(std::make_shared<Parameter>(Shape{config.vocab_size})),
      sentence_(config.hidden_size, 2) {
  const int64_t width = config.hidden_size;
  if (config.embedding_projection()) projection_.emplace(config.embedding_width(), width);
  attention_ = each_use(plan_, LayerPart::attention, [&] {
    return SelfAttention(width, config.num_attention_heads, config.attention_probs_dropout_prob);
  });
  attention_norm_ = each_use(plan_, LayerPart::attention_norm,
                             [&] { return LayerNorm(width, config.layer_norm_eps); });
  feed_forward_ = each_use(plan_, LayerPart::feed_forward, [&] {
    return FeedForward(width, config.intermediate_size, activation_);
  });
  feed_forward_norm_ = each_use(plan_, LayerPart::feed_forward_norm,
                                [&] { return LayerNorm(width, config.layer_norm_eps); });
  if (const Relaxation relaxation = config.relaxation(); relaxation.any()) {
    for (int a = 0; a < plan_.applications(); ++a) {
      if (plan_.shared(LayerPart::attention, a)) attention_[a] = attention_[a].relaxed(relaxation);
      if (plan_.shared(LayerPart::feed_forward, a)) feed_forward_[a] = feed_forward_[a].relaxed(relaxation);
    }
  }
  decoder_ = config.tie_word_embeddings
                 ? words_.table()
                 : std::make_shared<Parameter>(Shape{config.vocab_size, config.embedding_width()});
}

Variable Encoder::encode(const Context& context, const Tokens& tokens,
                         std::vector<Variable>* hidden) const {
  Variable x = embed(context.at(kEmbeddings), tokens);
  if (hidden) hidden->push_back(x);
  for (int a = 0; a < plan_.applications(); ++a) {
    const Context here = context.at(kLayers).at(a);
    if (config_.recompute) {
      x = recompute(here, std::array{x}, [=, this](const Context& c, std::span<const Variable> in) {
        return apply_layer(c, a, in[0], tokens);
      });
    } else {
      x = apply_layer(here, a, x, tokens);
    }
    if (hidden) hidden->push_back(x);
  }
  return x;
}

// word + segment + position, normalized, dropped; ALBERT then projects E to H
Variable Encoder::embed(const Context& context, const Tokens& tokens) const {
  Variable x = add(words_.forward(context, tokens.ids), segments_.forward(context, tokens.segments));
  x = add(x, positions_.forward(context, tokens.positions));
  x = dropout_.forward(context, embedding_norm_.forward(context, x), tokens.places);
  return projection_ ? projection_->forward(context, x) : x;
}

// h = norm(dropout(attention(x)) + x);  y = norm(dropout(feed_forward(h)) + h)
Variable Encoder::apply_layer(const Context& context, int application, const Variable& x,
                              const Tokens& tokens) const {
  const auto dropout = [&](Place place) {
    return dropout_.options(context.at(place), tokens.places);
  };
  const Variable mixed =
      attention_[application].forward(context.at(kAttention), x, tokens);
  const Variable h =
      attention_norm_[application].forward(context, mixed, x, dropout(kAttentionOutput));
  const Variable fed = feed_forward_[application].forward(context, h);
  return feed_forward_norm_[application].forward(
      context, fed, h, config_.drops_feed_forward() ? dropout(kOutput) : DropoutOptions{});
}

Variable Encoder::pool(const Context& context, const Variable& x, const Tensor& offsets) const {
  const Tensor first = offsets.slice(0, offsets.numel() - 1);
  return tanh(pooler_.forward(context, gather_rows(x, first)));
}

Variable Encoder::predict_tokens(const Context& context, const Variable& x) const {
  const Variable dense = activation(prediction_dense_.forward(context, x), activation_);
  return linear(prediction_norm_.forward(context, dense), context.bind(decoder_),
                context.bind(decoder_bias_), context.precision);
}

Variable Encoder::predict_sentence(const Context& context, const Variable& pooled,
                                   const Tensor& places) const {
  const Dropout before(config_.sentence_dropout());
  return sentence_.forward(context, before.forward(context.at(kSentence), pooled, places));
}

void Encoder::collect_base(Collector& collector) const {
  const EncoderNames names(config_);
  words_.collect(collector, names.embeddings + ".word_embeddings");
  positions_.collect(collector, names.embeddings + ".position_embeddings");
  segments_.collect(collector, names.embeddings + ".token_type_embeddings");
  embedding_norm_.collect(collector, names.embeddings + ".LayerNorm");
  if (projection_) projection_->collect(collector, names.projection);
  // Sets are numbered in the order of their first use.
  const auto each_set = [&](LayerPart part, const auto& layers, const auto& paths) {
    for (int a = 0, set = 0; a < plan_.applications(); ++a) {
      if (plan_.set(part, a) == set) layers[a].collect(collector, paths(set++));
    }
  };
  each_set(LayerPart::attention, attention_, [&](int set) { return names.attention(set); });
  each_set(LayerPart::attention_norm, attention_norm_,
           [&](int set) { return names.attention_norm(set); });
  each_set(LayerPart::feed_forward, feed_forward_, [&](int set) { return names.feed_forward(set); });
  each_set(LayerPart::feed_forward_norm, feed_forward_norm_,
           [&](int set) { return names.feed_forward_norm(set); });
  for (int a = 0; a < plan_.applications(); ++a) {
    attention_[a].collect_own(collector, names.attention_of_use(a));
    feed_forward_[a].collect_own(collector, names.feed_forward_of_use(a));
  }
}

void Encoder::collect_pooled(Collector& collector) const {
  collect_base(collector);
  pooler_.collect(collector, EncoderNames(config_).pooler);
}

void Encoder::collect(Collector& collector) const {
  const EncoderNames names(config_);
  collect_pooled(collector);
  prediction_dense_.collect(collector, names.prediction_dense);
  prediction_norm_.collect(collector, names.prediction_norm);
  collector.add(decoder_bias_, Start::zeros, {names.prediction_bias});
  collector.add(decoder_bias_, Start::zeros, {names.decoder + ".bias"});
  collector.add(decoder_, Start::random, {names.decoder + ".weight"});
  sentence_.collect(collector, names.sentence);
}

}  // namespace reprise
