#include "layers/models/recurrent_model.h"

#include <gtest/gtest.h>

#include <map>

#include "autograd/ops.h"
#include "core/error.h"
#include "layers/initializers.h"

namespace reprise {
namespace {

RecurrentConfig small() {
  RecurrentConfig config;
  config.vocab_size = 11;
  config.hidden_size = 6;
  config.initializer_range = 0.5;
  return config;
}

Tensor ids(const Shape& shape, int step) {
  Tensor tensor = Tensor::empty(shape, DType::i32);
  for (int64_t i = 0; i < tensor.numel(); ++i) {
    tensor.data<int32_t>()[i] = static_cast<int32_t>((i * step + 3) % 11);
  }
  return tensor;
}

struct Model {
  explicit Model(const RecurrentConfig& config) : model(config) {
    model.collect(collector);
    initialize(collector, {}, RandomKey(1));
    for (const NamedPart& part : named_parts(collector.parameters())) by_name[part.name] = part;
  }
  // One batch; gradients are left in the Parameters.
  double backward(const Tensor& words, const Tensor& labels, int64_t positions = 0) {
    Tape tape;
    const Context context{.tape = &tape, .training = true, .random = RandomKey(5)};
    const Variable logits = model.forward(context, words, {}).logits;
    const Variable loss = model.loss(context, logits, labels, positions);
    tape.backward(loss);
    return loss.value().item();
  }
  Tensor gradient(const std::string& name) const { return by_name.at(name).parameter->gradient(); }

  RecurrentModel model;
  Collector collector;
  std::map<std::string, NamedPart> by_name;
};

int64_t count(RecurrentConfig config, bool tied, bool projection = false) {
  config.tie_word_embeddings = tied;
  config.projection = projection;
  Collector collector;
  RecurrentModel(config).collect(collector);
  int64_t total = 0;
  for (const ParameterPtr& p : collector.parameters()) total += p->numel();
  return total;
}

// Press & Wolf 2017, Tables 5 and 6, for 10,000 words: 4.65M, tied 2.65M, with a projection 2.69M;
// large 66M, tied 51M. They count the decoder's bias (without it, the small model has 4.64M). PyTorch's
// second bias of each layer, which their TensorFlow layers don't have, is lost in the rounding.
TEST(RecurrentModel, HasAsManyWeightsAsInThePaper) {
  RecurrentConfig config;
  EXPECT_EQ(count(config, false), 4'653'200);
  EXPECT_EQ(count(config, true), 2'653'200);
  EXPECT_EQ(count(config, true, true), 2'693'200);
  config.decoder_bias = false;
  EXPECT_EQ(count(config, false), 4'643'200);
  config = {};
  config.hidden_size = 1500;
  EXPECT_EQ(count(config, false), 66'034'000);
  EXPECT_EQ(count(config, true), 51'034'000);
}

TEST(RecurrentModel, NamesTheTiedMatrixTwice) {
  RecurrentConfig config = small();
  config.projection = true;
  config.num_layers = 1;
  const Model tied(config);
  std::vector<std::string> names;
  for (const ParameterPtr& p : tied.collector.parameters()) names.push_back(p->name());
  EXPECT_EQ(names, (std::vector<std::string>{"embedding.weight", "rnn.weight_ih_l0",
                                             "rnn.weight_hh_l0", "rnn.bias_ih_l0", "rnn.bias_hh_l0",
                                             "projection.weight", "decoder.bias"}));
  EXPECT_EQ(tied.by_name.at("embedding.weight").aliases, std::vector<std::string>{"decoder.weight"});
  for (const auto& [name, part] : tied.by_name) {
    for (const real w : part.value.values()) ASSERT_LT(std::abs(w), 0.5) << name;
  }
}

// A tied matrix' gradient is the sum of those of the two that it stands for.
TEST(RecurrentModel, AddsUpTheGradientsOfBothEnds) {
  RecurrentConfig config = small();
  Model tied(config);
  config.tie_word_embeddings = false;
  Model untied(config);
  for (auto& [name, part] : untied.by_name) {
    const bool twin = name == "decoder.weight";
    part.value.copy_from(tied.by_name.at(twin ? "embedding.weight" : name).value);
  }
  const Tensor words = ids({5, 3}, 7), labels = ids({5, 3}, 4);
  EXPECT_FLOAT_EQ(tied.backward(words, labels), untied.backward(words, labels));
  const Tensor both = tied.gradient("embedding.weight"), table = untied.gradient("embedding.weight");
  const Tensor decoder = untied.gradient("decoder.weight");
  for (int64_t i = 0; i < both.numel(); ++i) {
    EXPECT_NEAR(both.item(i), table.item(i) + decoder.item(i), 1e-7) << i;
    EXPECT_NE(decoder.item(i), 0);
  }
}

TEST(RecurrentModel, CarriesItsStateFromBatchToBatch) {
  const Model model(small());
  const Tensor words = ids({7, 2}, 3);
  const RecurrentModel::Result whole = model.model.forward({}, words, {});
  EXPECT_EQ(whole.logits.shape(), (Shape{14, 11}));
  const RecurrentModel::Result first = model.model.forward({}, words.slice(0, 4), {});
  const RecurrentModel::Result second = model.model.forward({}, words.slice(4, 7), first.state);
  for (int64_t i = 0; i < second.logits.value().numel(); ++i) {
    EXPECT_NEAR(second.logits.value().item(i), whole.logits.value().item(8 * 11 + i), 1e-6);
  }
}

// From the width of the layers to another one of the table, which alone lets these be tied.
TEST(RecurrentModel, ProjectsToTheWidthOfTheTable) {
  RecurrentConfig config = small();
  config.embedding_size = 4;
  config.projection = true;
  Model model(config);
  EXPECT_EQ(model.by_name.at("embedding.weight").value.shape(), (Shape{11, 4}));
  EXPECT_EQ(model.by_name.at("rnn.weight_ih_l0").value.shape(), (Shape{24, 4}));
  EXPECT_EQ(model.by_name.at("projection.weight").value.shape(), (Shape{4, 6}));
  EXPECT_GT(model.backward(ids({5, 3}, 7), ids({5, 3}, 4)), 0);
  config.projection = false;
  config.tie_word_embeddings = false;
  Model untied(config);
  EXPECT_EQ(untied.by_name.at("decoder.weight").value.shape(), (Shape{11, 6}));
  EXPECT_GT(untied.backward(ids({5, 3}, 7), ids({5, 3}, 4)), 0);
}

TEST(RecurrentModel, PenalizesTheProjectionInTraining) {
  RecurrentConfig config = small();
  config.projection = true;
  config.projection_penalty = 0;
  Model plain(config);
  config.projection_penalty = 0.6;
  Model penalized(config);
  const Tensor words = ids({5, 3}, 7), labels = ids({5, 3}, 4);
  double squares = 0;
  const Tensor projection = plain.by_name.at("projection.weight").value;
  for (const real p : projection.values()) squares += double{p} * p;
  const double loss = plain.backward(words, labels);
  EXPECT_NEAR(penalized.backward(words, labels), loss + 0.3 * squares / 15, 1e-6);
  const Tensor with = penalized.gradient("projection.weight");
  const Tensor without = plain.gradient("projection.weight");
  for (int64_t i = 0; i < with.numel(); ++i) {
    EXPECT_NEAR(with.item(i), without.item(i) + 0.6 * projection.item(i) / 15, 1e-6);
  }
  const auto evaluated = [&](const Model& model) {
    const Variable logits = model.model.forward({}, words, {}).logits;
    return model.model.loss({}, logits, labels).value().item();
  };
  EXPECT_EQ(evaluated(penalized), evaluated(plain));
}

// A step of 15 positions as one batch, and as batches of 6 and 9, which are told of the 15.
TEST(RecurrentModel, AddsUpBatchesToAStep) {
  RecurrentConfig config = small();
  config.projection = true;
  Model whole(config), parts(config);
  const auto streams = [](const Tensor& t, int64_t begin, int64_t end) {
    Tensor part = Tensor::empty({5, end - begin}, DType::i32);
    for (int64_t i = 0; i < part.numel(); ++i) {
      const int64_t width = end - begin;
      part.data<int32_t>()[i] = t.data<int32_t>()[i / width * 3 + begin + i % width];
    }
    return part;
  };
  const Tensor words = ids({5, 3}, 7), labels = ids({5, 3}, 4);
  const double loss = whole.backward(words, labels);
  double sum = 0;
  for (const auto& [begin, end] : {std::pair(0, 1), std::pair(1, 3)}) {
    sum += parts.backward(streams(words, begin, end), streams(labels, begin, end), 15);
  }
  EXPECT_NEAR(sum, loss, 1e-6);
  for (const auto& [name, part] : whole.by_name) {
    const Tensor wanted = whole.gradient(name), got = parts.gradient(name);
    for (int64_t i = 0; i < got.numel(); ++i) EXPECT_NEAR(got.item(i), wanted.item(i), 1e-6) << name;
  }
}

TEST(RecurrentModel, DropsInTrainingOnly) {
  RecurrentConfig config = small();
  config.dropout = 0.5;
  const Model model(config);
  const auto first = [&](const Context& context) {
    return model.model.forward(context, ids({5, 3}, 7), {}).logits.value().item(0);
  };
  EXPECT_EQ(first({}), first({.random = RandomKey(2)}));
  EXPECT_NE(first({}), first({.training = true, .random = RandomKey(2)}));
  EXPECT_NE(first({.training = true}), first({.training = true, .random = RandomKey(2)}));
}

// The projection and the decoder; the layers stay in float32.
TEST(RecurrentModel, RunsInBFloat16) {
  RecurrentConfig config = small();
  config.projection = true;
  const Model model(config);
  const auto logits = [&](Precision precision) {
    return model.model.forward({.precision = precision}, ids({5, 3}, 7), {}).logits.value();
  };
  const Tensor wanted = logits(Precision::float32), got = logits(Precision::bfloat16);
  double largest = 0;
  for (int64_t i = 0; i < got.numel(); ++i) {
    largest = std::max(largest, std::abs(got.item(i) - wanted.item(i)));
  }
  EXPECT_GT(largest, 0);
  EXPECT_LT(largest, 0.02);
}

TEST(RecurrentModel, IsAsPerplexedAsThereAreWords) {
  const Model model(small());
  for (const auto& [name, part] : model.by_name) part.value.fill(0);
  const Variable logits = model.model.forward({}, ids({5, 3}, 7), {}).logits;
  EXPECT_NEAR(perplexity(model.model.loss({}, logits, ids({5, 3}, 4)).value().item()), 11, 1e-4);
}

TEST(RecurrentModel, RefusesWhatIsNoWord) {
  const Model model(small());
  const Tensor outside = ids({1, 1}, 1);
  outside.fill(11);
  EXPECT_THROW(model.model.forward({}, outside, {}), DataError);
  EXPECT_THROW(model.model.forward({}, ids({4}, 1), {}), ShapeError);
  const Variable logits = model.model.forward({}, ids({1, 1}, 1), {}).logits;
  EXPECT_THROW(model.model.loss({}, logits, outside), DataError);
  EXPECT_THROW(model.model.loss({}, logits, Tensor::empty({0, 1}, DType::i32)), DataError);
}

TEST(RecurrentConfig, SaysWhatDoesNotFit) {
  const auto problems = [](const std::string& json) -> std::string {
    try {
      bind<RecurrentConfig>(parse_config(json, "/a.json", {}));
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(problems("{}"), "");
  EXPECT_EQ(problems(R"({"embedding_size": 100, "projection": true})"), "");
  EXPECT_EQ(problems(R"({"embedding_size": 100, "tie_word_embeddings": false})"), "");
  EXPECT_EQ(problems(R"({"embedding_size": 100})"),
            "/a.json:1:20: embedding_size: is 100, but the tied decoder sees the hidden_size of 200; "
            "leave it out, set \"projection\": true, or \"tie_word_embeddings\": false");
  EXPECT_NE(problems(R"({"dropout": 1})"), "");
  EXPECT_NE(problems(R"({"num_layers": 0})"), "");
  EXPECT_NE(problems(R"({"type": "gru_lm"})"), "");
  EXPECT_EQ(bind<RecurrentConfig>(parse_config("{}", "/a.json", {})).resolved().embedding_size, 200);
  EXPECT_EQ(problems(dump(RecurrentConfig().resolved()).dump()), "");
}

}  // namespace
}  // namespace reprise
