#include "layers/models/encoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "autograd/ops.h"
#include "layers/initializers.h"
#include "tests/layers/tiny_encoder.h"

namespace reprise {
namespace {

struct Model {
  explicit Model(const EncoderConfig& config) : encoder(config) {
    encoder.collect(collector);
    initialize(collector, {.type = "normal", .range = config.initializer_range}, RandomKey(3));
    for (const NamedPart& part : named_parts(collector.parameters())) by_name[part.name] = part;
  }

  // Loss over all of the model's heads; gradients are left in the Parameters.
  double backward() {
    Tape tape;
    const Context context{.tape = &tape, .training = true, .random = RandomKey(5)};
    const Tokens tokens = two_sequences();
    const Variable x = encoder.encode(context, tokens);
    const Variable words = cross_entropy(
        encoder.predict_tokens(context, gather_rows(x, ints(1, 5))), ints(8, 31), 0.5);
    const Variable pooled = encoder.pool(context, x, tokens.offsets);
    const Variable sentence = cross_entropy(
        encoder.predict_sentence(context, pooled, ints(0, 1)), ints(1, 0), 0.5);
    const Variable loss = add(words, sentence);
    tape.backward(loss);
    for (const NamedPart& part : named_parts(collector.parameters())) by_name[part.name] = part;
    return loss.value().item();
  }

  Encoder encoder;
  Collector collector;
  std::map<std::string, NamedPart> by_name;
};

TEST(Encoder, ParametersHaveHuggingFacesNames) {
  const Model bert(tiny_encoder("bert")), albert(tiny_encoder("albert"));
  for (const char* name :
       {"bert.embeddings.word_embeddings.weight", "bert.encoder.layer.3.attention.self.query.weight",
        "bert.encoder.layer.0.attention.output.LayerNorm.bias",
        "bert.encoder.layer.2.intermediate.dense.weight", "bert.encoder.layer.2.output.dense.bias",
        "bert.pooler.dense.weight", "cls.predictions.transform.LayerNorm.weight",
        "cls.predictions.bias", "cls.seq_relationship.weight"}) {
    EXPECT_TRUE(bert.by_name.contains(name)) << name;
  }
  const std::string layer = "albert.encoder.albert_layer_groups.0.albert_layers.0.";
  for (const std::string& name :
       {std::string("albert.encoder.embedding_hidden_mapping_in.weight"), layer + "attention.key.bias",
        layer + "attention.LayerNorm.weight", layer + "ffn.weight", layer + "ffn_output.bias",
        layer + "full_layer_layer_norm.weight", std::string("albert.pooler.weight"),
        std::string("predictions.dense.weight"), std::string("sop_classifier.classifier.bias")}) {
    EXPECT_TRUE(albert.by_name.contains(name)) << name;
  }
  EXPECT_EQ(bert.by_name.size(), 5u + 4 * 16 + 2 + 2 + 2 + 1 + 2);
  EXPECT_EQ(albert.by_name.size(), 5u + 2 + 16 + 2 + 2 + 2 + 1 + 2);
}

TEST(Encoder, TheTiedDecoderIsTheWordTable) {
  const Model model(tiny_encoder("bert"));
  const auto& words = model.by_name.at("bert.embeddings.word_embeddings.weight");
  EXPECT_EQ(words.aliases, std::vector<std::string>{"cls.predictions.decoder.weight"});
  EncoderConfig untied = tiny_encoder("bert");
  untied.tie_word_embeddings = false;
  EXPECT_TRUE(Model(untied).by_name.contains("cls.predictions.decoder.weight"));
}

// For each parameter of a model without sharing, what it is in the shared one.
std::map<std::string, std::string> shared_names(const Model& twins, const Model& shared) {
  const EncoderNames theirs(twins.encoder.config()), ours(shared.encoder.config());
  const SharingPlan& plan = shared.encoder.plan();
  std::map<std::string, std::string> result;
  for (const auto& [name, part] : twins.by_name) result[name] = name;
  for (int p = 0; p < kLayerParts; ++p) {
    const LayerPart part = static_cast<LayerPart>(p);
    for (int a = 0; a < plan.applications(); ++a) {
      const auto from = theirs.paths(part, a), to = ours.paths(part, plan.set(part, a));
      for (size_t i = 0; i < from.size(); ++i) {
        for (const char* kind : {".weight", ".bias"}) result[from[i] + kind] = to[i] + kind;
      }
    }
  }
  return result;
}

// The heart of the matter: what one shared layer receives is the sum of what its unshared twins would.
class SharedGradient : public testing::TestWithParam<std::pair<const char*, SharingConfig>> {};

TEST_P(SharedGradient, IsTheSumOfTheUnsharedTwins) {
  EncoderConfig config = tiny_encoder("albert");
  config.num_hidden_layers = 6;
  config.sharing = GetParam().second;
  Model shared(config);
  config.sharing = SharingConfig{.strategy = "none"};
  Model twins(config);
  const auto shared_name = shared_names(twins, shared);
  for (const auto& [name, part] : twins.by_name) {
    part.value.copy_from(shared.by_name.at(shared_name.at(name)).value);
  }
  EXPECT_EQ(shared.backward(), twins.backward());  // dropout too is the same, use by use

  for (const auto& [name, part] : shared.by_name) {
    std::vector<double> sum(part.value.numel());
    for (const auto& [twin_name, twin] : twins.by_name) {
      if (shared_name.at(twin_name) != name) continue;
      for (size_t i = 0; i < sum.size(); ++i) sum[i] += twin.gradient.item(i);
    }
    double error = 0, norm = 0;
    for (size_t i = 0; i < sum.size(); ++i) {
      error += std::pow(part.gradient.item(i) - sum[i], 2);
      norm += sum[i] * sum[i];
    }
    if (name.find("key.bias") != std::string::npos) continue;  // zero in exact arithmetic
    EXPECT_LT(std::sqrt(error / norm), 2e-6) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Strategies, SharedGradient,
    testing::Values(
        std::pair{"all", SharingConfig{.strategy = "all"}},
        std::pair{"attention", SharingConfig{.strategy = "attention"}},
        std::pair{"feed_forward", SharingConfig{.strategy = "feed_forward"}},
        std::pair{"groups", SharingConfig{.strategy = "groups", .sets = 2}},
        std::pair{"sequence", SharingConfig{.strategy = "sequence", .sets = 3}},
        std::pair{"cycle", SharingConfig{.strategy = "cycle", .sets = 3}},
        std::pair{"cycle_reverse", SharingConfig{.strategy = "cycle_reverse", .sets = 3}},
        std::pair{"sandwich", SharingConfig{.strategy = "sandwich"}},
        std::pair{"immediate", SharingConfig{.strategy = "immediate"}},
        std::pair{"map", SharingConfig{.strategy = "map", .map = {0, 1, 1, 2, 0, 1}}},
        std::pair{"norms", SharingConfig{.strategy = "all",
                                         .attention_norm = PartSharing{.strategy = "none"},
                                         .feed_forward_norm = PartSharing{.strategy = "none"}}},
        std::pair{"parts",
                  SharingConfig{.strategy = "none",
                                .attention = PartSharing{.strategy = "cycle", .sets = 2},
                                .attention_norm = PartSharing{.strategy = "all"},
                                .feed_forward = PartSharing{.strategy = "sandwich"},
                                .feed_forward_norm = PartSharing{.strategy = "sequence",
                                                                 .sets = 2}}}),
    [](const auto& test) { return std::string(test.param.first); });

EncoderConfig relaxed_encoder(int64_t rank, std::vector<std::string> per_use = {}) {
  EncoderConfig config = tiny_encoder("albert");
  config.sharing = SharingConfig{.strategy = "all", .rank = rank, .alpha = 2.0 * rank,
                                 .per_use = std::move(per_use)};
  if (rank == 0) config.sharing->alpha.reset();
  return config;
}

// Additions start at zero: every use computes with exactly the shared weight.
TEST(RelaxedSharing, StartsAsPlainSharing) {
  Model plain(relaxed_encoder(0)), relaxed(relaxed_encoder(3, {"norms", "biases"}));
  EXPECT_EQ(plain.backward(), relaxed.backward());
  const std::string matrix =
      "albert.encoder.albert_layer_groups.0.albert_layers.0.attention.query.weight";
  const std::string addition = "albert.encoder.uses.2.attention.query.lora_B.weight";
  EXPECT_EQ(plain.by_name.at(matrix).value.item(7), relaxed.by_name.at(matrix).value.item(7));
  EXPECT_EQ(relaxed.by_name.at(addition).value.item(5), 0);
  EXPECT_NE(relaxed.by_name.at(addition).gradient.item(5), 0);
  // Four uses: of each, additions to six matrices, six biases and two norms.
  EXPECT_EQ(relaxed.by_name.size(), 5u + 2 + 2 + 2 + 2 + 1 + 2 + 6 + 4 * (6 * 2 + 6 + 2 * 2));
  EXPECT_FALSE(relaxed.by_name.contains(
      "albert.encoder.albert_layer_groups.0.albert_layers.0.attention.query.bias"));
}

// A B B C: the matrices of A and C have one use each, to which an addition would add nothing.
TEST(RelaxedSharing, AddsToSharedMatricesOnly) {
  EncoderConfig config = relaxed_encoder(3, {"biases"});
  config.sharing->strategy = "sandwich";
  const Model model(config);
  const std::string groups = "albert.encoder.albert_layer_groups.", uses = "albert.encoder.uses.";
  for (const auto& [application, set, shared] :
       {std::tuple{"0", "0", false}, {"1", "1", true}, {"2", "1", true}, {"3", "2", false}}) {
    for (const char* matrix : {"attention.query", "attention.dense", "ffn", "ffn_output"}) {
      const std::string own = uses + application + "." + matrix;
      EXPECT_EQ(model.by_name.contains(own + ".lora_A.weight"), shared) << own;
      EXPECT_EQ(model.by_name.contains(own + ".bias"), shared) << own;
      EXPECT_EQ(model.by_name.contains(groups + set + ".albert_layers.0." + matrix + ".bias"), !shared) << own;
    }
  }
}

// A model that shares nothing, whose weights are the shared ones and the additions, is the same model:
// the shared weight's gradient is the sum of the twins', an addition's theirs through the other factor.
TEST(RelaxedSharing, IsTheUnsharedModelOfTheSums) {
  Model relaxed(relaxed_encoder(3, {"norms", "biases"}));
  EncoderConfig unshared = tiny_encoder("albert");
  unshared.sharing = SharingConfig{.strategy = "none"};
  Model twins(unshared);
  const std::string groups = "albert.encoder.albert_layer_groups.";
  for (const auto& [name, part] : relaxed.by_name) {
    if (name.find("lora_B") == std::string::npos) continue;
    for (int64_t i = 0; i < part.value.numel(); ++i) {
      part.value.data()[i] = static_cast<real>(0.1 * std::sin(i + name.size()));
    }
    part.parameter->touch();
  }
  const auto factor = [&](const std::string& path, const char* which) {
    return relaxed.by_name.at(path + which).value;
  };
  std::map<std::string, std::string> shared_of;  // a twin's matrix, and the shared one
  for (const auto& [name, twin] : twins.by_name) {
    if (!name.starts_with(groups)) {
      twin.value.copy_from(relaxed.by_name.at(name).value);
      continue;
    }
    const std::string use = name.substr(groups.size(), 1);
    const std::string rest = name.substr(groups.size() + std::string("0.albert_layers.0").size());
    if (relaxed.by_name.contains(name) && name.find("LayerNorm") != std::string::npos) continue;
    if (rest.find("_norm") != std::string::npos) continue;  // as initialized
    if (rest.ends_with(".bias")) continue;                   // zero
    const std::string set = groups + "0.albert_layers.0" + rest;
    const std::string path =
        "albert.encoder.uses." + use + rest.substr(0, rest.size() - std::string(".weight").size());
    const Tensor a = factor(path, ".lora_A.weight"), b = factor(path, ".lora_B.weight");
    twin.value.copy_from(relaxed.by_name.at(set).value);
    const int64_t in = twin.value.size(1);
    for (int64_t o = 0; o < twin.value.size(0); ++o) {
      for (int64_t i = 0; i < in; ++i) {
        for (int64_t r = 0; r < 3; ++r) {
          twin.value.data()[o * in + i] += 2 * b.data()[o * 3 + r] * a.data()[r * in + i];
        }
      }
    }
    shared_of[name] = set;
  }
  ASSERT_EQ(shared_of.size(), 4u * 6);
  EXPECT_NEAR(relaxed.backward(), twins.backward(), 1e-5);
  for (const auto& [name, part] : relaxed.by_name) {
    std::vector<double> sum(part.value.numel());
    for (const auto& [twin, set] : shared_of) {
      for (size_t i = 0; set == name && i < sum.size(); ++i) {
        sum[i] += twins.by_name.at(twin).gradient.item(i);
      }
    }
    double error = 0, norm = 0;
    for (size_t i = 0; i < sum.size(); ++i) {
      error += std::pow(part.gradient.item(i) - sum[i], 2);
      norm += sum[i] * sum[i];
    }
    if (norm > 0) {
      EXPECT_LT(std::sqrt(error / norm), 1e-5) << name;
    }
  }
}

TEST(Encoder, RecomputationChangesNoBit) {
  Model plain(tiny_encoder("albert"));
  EncoderConfig config = tiny_encoder("albert");
  config.recompute = true;
  Model again(config);
  EXPECT_EQ(plain.backward(), again.backward());
  for (const auto& [name, part] : plain.by_name) {
    const NamedPart& other = again.by_name.at(name);
    for (int64_t i = 0; i < part.gradient.numel(); ++i) {
      ASSERT_EQ(part.gradient.item(i), other.gradient.item(i)) << name;
    }
  }
}

// A sequence's result doesn't depend on what else is in the batch.
TEST(Encoder, SequencesDoNotSeeEachOther) {
  const Model model(tiny_encoder("bert"));
  const Context plain;
  const Tokens both = two_sequences();
  const Tokens second = {.ids = both.ids.slice(4, 7),
                         .segments = both.segments.slice(4, 7),
                         .positions = both.positions.slice(4, 7),
                         .offsets = ints(0, 3),
                         .places = both.places.slice(4, 7)};
  const Tensor together = model.encoder.encode(plain, both).value();
  const Tensor alone = model.encoder.encode(plain, second).value();
  for (int64_t i = 0; i < alone.numel(); ++i) {
    EXPECT_NEAR(together.slice(4, 7).item(i), alone.item(i), 1e-6);
  }
}

TEST(Encoder, SharingWeightsDoesNotShareDropout) {
  EncoderConfig config = tiny_encoder("albert");
  config.attention_probs_dropout_prob = 0;
  config.hidden_dropout_prob = 0.5;
  const Model model(config);
  const Context once{.tape = nullptr, .training = true, .random = RandomKey(1)};
  std::vector<Variable> first, second;
  model.encoder.encode(once, two_sequences(), &first);
  model.encoder.encode({.tape = nullptr, .training = true, .random = RandomKey(2)}, two_sequences(),
                       &second);
  EXPECT_EQ(first.size(), 5u);
  EXPECT_NE(first[4].value().item(), second[4].value().item());
}

}  // namespace
}  // namespace reprise
