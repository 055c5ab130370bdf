#include "tools/trainer/memory_estimate.h"

#include <gtest/gtest.h>

#include "autograd/ops.h"
#include "core/parallel.h"
#include "core/storage.h"
#include "layers/models/encoder.h"
#include "tests/tools/read_recipe.h"

namespace reprise {
namespace {

constexpr int64_t kMiB = 1 << 20;

TEST(MemoryEstimate, CountsWeightsGradientsAndMoments) {
  const MemoryEstimate bert = estimate_memory(read_recipe("bert_base", {"training.accumulate=1"}));
  EXPECT_EQ(bert.weights, 4 * 110'106'428);
  EXPECT_EQ(bert.gradients, bert.weights);
  EXPECT_EQ(bert.optimizer, 2 * bert.weights);
  const MemoryEstimate albert =
      estimate_memory(read_recipe("albert_base", {"training.accumulate=1"}));
  EXPECT_EQ((albert.weights + albert.gradients + albert.optimizer) / kMiB, 180);
}

TEST(MemoryEstimate, CountsTheMomentsThatAnOptimizerKeeps) {
  OptimizerConfig config;
  for (const char* type : {"adam", "adamw", "lamb"}) {
    config.type = type;
    EXPECT_EQ(moments(config), 2) << type;
  }
  config.type = "sgd";
  EXPECT_EQ(moments(config), 0);
  config.momentum = 0.9;
  EXPECT_EQ(moments(config), 1);
}

TEST(MemoryEstimate, CountsPartialSumsOfMicroBatches) {
  for (const auto& [accumulate, sets] : {std::pair{1, 1}, {2, 2}, {3, 2}, {4, 3}, {8, 4}, {9, 4}}) {
    const MemoryEstimate bytes = estimate_memory(
        read_recipe("bert_small", {fmt::format("training.accumulate={}", accumulate)}));
    EXPECT_EQ(bytes.gradients, sets * bytes.weights) << accumulate;
  }
}

TEST(MemoryEstimate, TakesTheWorkFromTheConfiguration) {
  Workload work = workload_of(read_recipe("bert_base"));
  EXPECT_EQ(work.sequences, 32);
  EXPECT_EQ(work.length, 128);
  EXPECT_EQ(work.predictions, 19);
  EXPECT_TRUE(work.sentences);
  work = workload_of(read_recipe("bert_base", {"data.max_length=512", "data.sentence_task=none"}));
  EXPECT_EQ(work.predictions, 20);  // the most that are allowed, of 77
  EXPECT_FALSE(work.sentences);
  work = workload_of(read_recipe("bert_base", {"data.masking.probability=0.001"}));
  EXPECT_EQ(work.predictions, 1);
}

// ---- activations, against what a step really takes

Tensor indices(int64_t n, const std::function<int64_t(int64_t)>& at) {
  Tensor tensor = Tensor::empty({n}, DType::i32, Purpose::other);
  for (int64_t i = 0; i < n; ++i) tensor.data<int32_t>()[i] = static_cast<int32_t>(at(i));
  return tensor;
}

// The most bytes of activations that are alive at a time in a step of pretraining.
int64_t peak_activations(const EncoderConfig& config, const Workload& work, Precision precision) {
  const int64_t sequences = work.sequences, length = work.length, tokens = sequences * length;
  const int64_t predicted = sequences * work.predictions;
  const auto any = [](int64_t i) { return i % 7; };
  const Tokens input = {indices(tokens, any), indices(tokens, [](int64_t) { return 0; }),
                        indices(tokens, [=](int64_t i) { return i % length; }),
                        indices(sequences + 1, [=](int64_t i) { return i * length; }),
                        indices(tokens, [](int64_t i) { return i; })};
  const Tensor rows = indices(predicted, any), words = indices(predicted, any);
  const Tensor order = indices(sequences, [](int64_t i) { return i % 2; });
  const Encoder encoder(config);
  Tape tape;
  const Context context = {&tape, true, RandomKey(), precision};
  reset_peak_memory();
  const auto loss = [&] {
    const Variable x = encoder.encode(context, input);
    const Variable logits = encoder.predict_tokens(context, gather_rows(x, rows));
    const Variable pooled = encoder.pool(context, x, input.offsets);
    return add(cross_entropy(logits, words, 1),
               cross_entropy(encoder.predict_sentence(context, pooled, order), order, 1));
  };
  const auto purpose = static_cast<size_t>(Purpose::activations);
  const int64_t before = memory_use().live[purpose];
  tape.backward(loss());
  return memory_use().peak[purpose] - before;
}

void expect_close(const std::vector<std::string>& overrides) {
  const RunConfig config = read_recipe("albert_small", overrides);
  const auto estimate = static_cast<double>(estimate_memory(config).activations);
  const auto real = static_cast<double>(
      peak_activations(config.model.encoder, workload_of(config),
                       precision_named(config.training.precision)));
  EXPECT_NEAR(estimate / real, 1, 0.1) << fmt::format("{}", fmt::join(overrides, " "));
}

TEST(MemoryEstimate, IsCloseToWhatAStepTakes) {
  const int before = threads();
  set_threads(1);  // each has scratch memory, which shows in a model as small as this
  const std::vector<std::string> small = {
      "model.hidden_size=32", "model.embedding_size=16",  "model.intermediate_size=128",
      "model.vocab_size=500", "training.batch_size=4", "data.max_length=64",
      "training.precision=float32"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), small.begin(), small.end());
    return more;
  };
  expect_close(small);
  expect_close(with({"model.sharing=none"}));  // sharing changes nothing
  expect_close(with({"model.hidden_dropout_prob=0.1", "model.attention_probs_dropout_prob=0.1"}));
  expect_close(with({"model.num_hidden_layers=12", "model.intermediate_size=32"}));
  expect_close(with({"model.vocab_size=8000"}));  // the logits weigh most
  expect_close(with({"model.recompute=true"}));
  if (has_bfloat16()) {
    expect_close(with({"training.precision=bfloat16"}));
    expect_close(with({"training.precision=bfloat16", "model.vocab_size=8000"}));
    expect_close(with({"training.precision=bfloat16", "model.recompute=true"}));
  }
  expect_close(with({"model.recompute=true", "model.num_hidden_layers=24"}));
  set_threads(before);
}

TEST(MemoryEstimate, RefusesWhatItCannotCount) {
  const RunConfig config =
      read_recipe("bert_base", {"training.batch_size=1e6", "data.max_length=65536",
                                "model.max_position_embeddings=65536", "model.hidden_size=16777216",
                                "model.num_attention_heads=16777216", "model.embedding_size=null"});
  EXPECT_THROW(estimate_memory(config), ConfigError);
}

}  // namespace
}  // namespace reprise
