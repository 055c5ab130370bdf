#include "layers/models/encoder_config.h"

#include <utility>

#include "core/error.h"
#include "layers/activation.h"

namespace reprise {

namespace {

constexpr double kMost = 1 << 24;  // of any size: keeps products of sizes countable

}  // namespace

void EncoderConfig::fields(Fields& f) {
  f("type", type, "bert or albert: names in files, and defaults").one_of({"bert", "albert"});
  sizes(f);
}

void EncoderConfig::sizes(Fields& f) {
  f("vocab_size", vocab_size, "rows of the word table").between(6, kMost);
  f("embedding_size", embedding_size,
    "width of the embedding tables (bert: hidden_size; albert: 128 unless given)").between(1, kMost);
  f("hidden_size", hidden_size, "width of the layers").between(1, kMost);
  f("num_hidden_layers", num_hidden_layers, "depth").between(1, 10000);
  f("num_attention_heads", num_attention_heads, "heads; divides hidden_size").between(1, kMost);
  f("intermediate_size", intermediate_size, "width inside the feed-forward block").between(1, kMost);
  f("hidden_act", hidden_act, "activation (bert: gelu; albert: gelu_new, its tanh form)")
      .one_of(activation_names());
  f("hidden_dropout_prob", hidden_dropout_prob, "dropout of embeddings and block outputs")
      .at_least(0).below(1);
  f("attention_probs_dropout_prob", attention_probs_dropout_prob,
    "dropout of attention probabilities").at_least(0).below(1);
  f("classifier_dropout_prob", classifier_dropout_prob,
    "dropout before a classifier (bert: hidden_dropout_prob) and before albert's sentence head (0.1)")
      .at_least(0).below(1);
  f("max_position_embeddings", max_position_embeddings, "longest sequence").between(4, kMost);
  f("type_vocab_size", type_vocab_size, "segments").between(1, kMost);
  f("initializer", initializer, "how weights start: Hugging Face's or Google's")
      .one_of({"normal", "truncated_normal"});
  f("initializer_range", initializer_range, "their standard deviation").above(0);
  f("layer_norm_eps", layer_norm_eps, "added to the variance in layer norms").above(0);
  f("tie_word_embeddings", tie_word_embeddings, "the output projection is the word table");
  f("num_hidden_groups", num_hidden_groups, "albert: groups of layers with the same weights")
      .at_least(1);
  f("inner_group_num", inner_group_num, "blocks in a layer").between(1, 1000);
  f("sharing", sharing, "which layers use the same weights (bert: none; albert: groups)");
  f("feed_forward_dropout", feed_forward_dropout,
    "dropout after the feed-forward block (bert: on, albert: off, as at Hugging Face)");
  f("recompute", recompute, "keep only each layer's input and compute it again in backward");
}

void EncoderConfig::check(Problems& problems) const {
  if (hidden_size % num_attention_heads != 0) {
    problems.add("num_attention_heads",
                 fmt::format("{} heads don't divide a hidden_size of {}", num_attention_heads,
                             hidden_size));
  }
  if (!albert() && embedding_size && *embedding_size != hidden_size) {
    problems.add("embedding_size",
                 fmt::format("is {}, but bert has no projection from it to the hidden_size of {}; "
                             "leave it out, or use \"type\": \"albert\"", *embedding_size,
                             hidden_size));
  }
  if (!albert() && num_hidden_groups) {
    problems.add_to_key("num_hidden_groups",
                        "only albert has groups; give \"sharing\" for other plans");
  }
  check_sharing(problems);
}

void EncoderConfig::check_sharing(Problems& problems) const {
  const int64_t smallest = std::min(hidden_size, intermediate_size);
  if (relaxation().rank > smallest) {
    problems.add("sharing.rank",
                 fmt::format("an addition of rank {} to matrices whose smaller side is {}; their full "
                             "rank is {}, or share nothing", relaxation().rank, smallest, smallest));
  }
  try {
    const SharingPlan made = plan();
    const bool any_shared = made.count(LayerPart::attention) < made.applications() ||
                            made.count(LayerPart::feed_forward) < made.applications();
    if (relaxation().any() && !any_shared) {
      problems.add(relaxation().rank > 0 ? "sharing.rank" : "sharing.per_use",
                   "is for uses of shared matrices, and in this plan every layer has its own; leave it "
                   "out, or share some");
    }
  } catch (const ConfigError& error) {
    const bool named = sharing.has_value();
    problems.add(named ? "sharing" : num_hidden_groups ? "num_hidden_groups" : "inner_group_num",
                 error.what());
  }
}

int64_t EncoderConfig::embedding_width() const {
  return albert() ? embedding_size.value_or(128) : hidden_size;
}

std::string EncoderConfig::activation() const {
  return hidden_act.value_or(albert() ? "gelu_new" : "gelu");
}

double EncoderConfig::sentence_dropout() const {
  return albert() ? classifier_dropout_prob.value_or(0.1) : 0;
}

double EncoderConfig::classifier_dropout() const {
  return albert() ? sentence_dropout() : classifier_dropout_prob.value_or(hidden_dropout_prob);
}

SharingConfig EncoderConfig::sharing_or_default() const {
  return sharing.value_or(SharingConfig{.strategy = albert() ? "groups" : "none"});
}

SharingPlan EncoderConfig::plan() const {
  return make_sharing_plan(sharing_or_default(),
                           {num_hidden_layers, inner_group_num, num_hidden_groups});
}

EncoderConfig EncoderConfig::with_sharing(const SharingConfig& other) const {
  EncoderConfig config = *this;
  if (other.strategy != "groups") config.num_hidden_layers *= std::exchange(config.inner_group_num, 1);
  config.num_hidden_groups.reset();
  config.sharing = other;
  return config;
}

std::string EncoderConfig::sharing_picture() const {
  const Relaxation own = relaxation();
  return grid(plan()) + (own.any() ? "\neach use has of its own: " + in_words(own) : "");
}

EncoderConfig EncoderConfig::resolved() const {
  EncoderConfig config = *this;
  config.embedding_size = embedding_width();
  config.hidden_act = activation();
  if (albert()) config.classifier_dropout_prob = sentence_dropout();
  config.sharing = sharing_or_default();
  config.feed_forward_dropout = drops_feed_forward();
  return config;
}

}  // namespace reprise
