#include "tools/commands/benchmark.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <map>

#include "core/gemm.h"
#include "core/json.h"
#include "tests/tools/read_recipe.h"
#include "tests/tools/small_models.h"
#include "tools/commands/product_benchmark.h"

namespace reprise {
namespace {

// Sanitizer builds take every block from the system.
#ifdef REPRISE_NO_FREE_LIST
constexpr bool kReuses = false;
#else
constexpr bool kReuses = true;
#endif

// A model of which a step takes milliseconds, without data.
BenchmarkOptions tiny(const std::vector<std::string>& more = {}) {
  BenchmarkOptions options{
      .config = "albert_small", .batch = 2, .seq = 16, .steps = 1, .warmup = 2};
  options.overrides = {"model.hidden_size=32",       "model.num_attention_heads=2",
                       "model.intermediate_size=48", "model.embedding_size=16",
                       "model.vocab_size=120",       "data.train=/nowhere/a.txt",
                       "data.valid=/nowhere/b.txt",  "training.precision=float32"};
  options.overrides.insert(options.overrides.end(), more.begin(), more.end());
  options.threads = 1;
  return options;
}

Json json_of(BenchmarkOptions options) {
  options.json = true;
  return parse_json(benchmark(options, read_recipe), "benchmark").value();
}

TEST(Benchmark, MeasuresAStepWithoutData) {
  const Json json = json_of(tiny());
  EXPECT_EQ(json["model"], "albert_small");
  // Tables, norm and projection; a layer; pooler, both heads.
  EXPECT_EQ(json["parameters"], (120 + 128 + 2 + 2) * 16 + 17 * 32 + 4 * 33 * 32 + 4 * 32 +
                                    33 * 48 + 49 * 32 + 33 * 32 + 33 * 16 + 2 * 16 + 120 + 33 * 2);
  EXPECT_EQ(json["batch"], 2);
  EXPECT_EQ(json["seq"], 16);
  EXPECT_EQ(json["threads"], 1);
  EXPECT_EQ(json["precision"], "float32");
  EXPECT_EQ(json["gemm"], to_string(gemm_backend()));
  EXPECT_NEAR(json["loss"], std::log(120) + std::log(2), 0.5);  // of a model that knows nothing yet
  EXPECT_EQ(json["system_allocations_per_step"] == 0, kReuses);
  const double step = json["seconds_per_step"];
  EXPECT_DOUBLE_EQ(json["tokens_per_s"], 2 * 16 / step);
  // Four numbers for each stored one: weight, gradient and two moments.
  const double weights_mib = 4.0 * json["parameters"].get<double>() / (1 << 20);
  EXPECT_GT(json["tensor_peak_mib"], 4 * weights_mib);
  EXPECT_GT(json["peak_rss_mib"], 4 * weights_mib);
}

// The step that train makes of it, whose steps depend on how many texts there are.
TEST(Benchmark, MeasuresAClassifiersStep) {
  BenchmarkOptions options = tiny({"data.valid=null", "data.test=null", "data.labels=[\"a\", \"b\", \"c\"]"});
  options.config = "tickets";
  options.seq = 128;  // as long as the model has positions
  const Json json = json_of(options);
  // Tables, norm and projection; a layer; pooler, classifier.
  EXPECT_EQ(json["parameters"], (120 + 128 + 2 + 2) * 16 + 17 * 32 + 4 * 33 * 32 + 4 * 32 +
                                    33 * 48 + 49 * 32 + 33 * 32 + 33 * 3);
  EXPECT_NEAR(json["loss"], std::log(3), 0.3);  // of a model that knows nothing yet
  EXPECT_GT(json["tokens_per_s"], 0);
}

TEST(Benchmark, SaysWhereTheTimeWent) {
  const Json json = json_of(tiny());
  double phases = 0;
  for (const char* phase : {"data", "forward", "backward", "optimizer"}) {
    EXPECT_GT(json["seconds"][phase], 0) << phase;
    phases += json["seconds"][phase].get<double>();
  }
  EXPECT_LE(phases, json["seconds_per_step"]);

  double forward = 0, backward = 0, last = 1e9;
  int64_t attention = 0;
  for (const Json& op : json["ops"]) {
    const double one_way = op["forward_seconds"], back = op["backward_seconds"];
    EXPECT_LE(one_way + back, last) << "not sorted at " << op["op"];
    last = one_way + back;
    forward += one_way;
    backward += back;
    if (op["op"] == "attention") attention = op["count"];
  }
  EXPECT_EQ(attention, 6);  // an application each, of one stored layer
  EXPECT_GT(backward, 0);
  EXPECT_LE(forward, json["seconds"]["forward"]);
  EXPECT_LE(backward, json["seconds"]["backward"]);
}

TEST(Benchmark, TrainsOnItsOneBatch) {
  BenchmarkOptions options = tiny({"schedule.warmup_steps=0"});
  const double before = json_of(options)["loss"];
  options.steps = 30;
  EXPECT_LT(json_of(options)["loss"], before - 0.2);
}

TEST(Benchmark, ChargesTheMeasuredStepsOnly) {
  BenchmarkOptions options = tiny();
  options.steps = 3;
  const Json json = json_of(options);
  ASSERT_FALSE(json["ops"].empty());
  for (const Json& op : json["ops"]) {
    if (op["op"] == "attention") {
      EXPECT_EQ(op["count"], 6);
    }
  }
}

TEST(Benchmark, PrintsTables) {
  const std::string text = benchmark(tiny(), read_recipe);
  EXPECT_EQ(text.find("albert_small: "), 0u) << text;
  for (const char* part : {"\nforward ", "\nbackward ", "\noptimizer ", "\na step ", "\nattention ",
                           "tokens/s", "float32", "1 threads"}) {
    EXPECT_NE(text.find(part), std::string::npos) << "lacks " << part << "\n" << text;
  }
}

TEST(Benchmark, RefusesWhatDoesNotFitTheModel) {
  const auto refuse = [](BenchmarkOptions options, int code,
                         const std::vector<std::string>& parts) {
    expect_thrown([&] { benchmark(options, read_recipe); }, code, parts);
  };
  BenchmarkOptions longer = tiny();
  longer.seq = 129;
  refuse(longer, 2, {"129 tokens", "128 positions", "model.max_position_embeddings"});
  BenchmarkOptions odd = tiny();
  odd.precision = "float8";
  refuse(odd, 78, {"training.precision", "float8"});
  BenchmarkOptions huge = tiny();
  huge.batch = 1 << 20;
  huge.seq = 128;
  refuse(huge, 82, {"does not fit"});
}

// 2 sequences of 16 tokens, 2 of each masked; a layer of 32 used six times, two heads.
TEST(Benchmark, CountsTheProductsOfAStep) {
  const RunConfig config = read_recipe("albert_small", tiny().overrides);
  double operations = 0;
  int64_t packs = 0;
  for (const StepProduct& product : step_products(config.model.encoder, 2, 16, 2)) {
    operations += product.operations();
    packs += product.packs;
  }
  const double layer = 32 * (4 * 32 * 32 + 2 * 32 * 48) + 2 * (2 * 16 * 16 * 32);
  const double heads = 4 * (32 * 16 + 16 * 120);
  EXPECT_EQ(operations, 3 * 2 * (32 * 16 * 32 + 6 * layer + heads));
  // Weights of seven linear layers once for each direction; for their gradients, at every use.
  EXPECT_EQ(packs, 2 * 7 + 4 * 6 + 3);

  const RunConfig bert = read_recipe("bert_small", {"model.sharing=attention"});
  std::map<std::string_view, int64_t> stored;
  for (const StepProduct& product : step_products(bert.model.encoder, 2, 16, 2)) {
    if (product.tb == Transpose::yes && product.packs > 0) stored[product.name] += product.packs;
  }
  EXPECT_EQ(stored, (std::map<std::string_view, int64_t>{
                        {"attention", 2}, {"feed_forward", 12}, {"prediction", 2}}));
}

TEST(Benchmark, FindsTheLimitOfTheMachine) {
  BenchmarkOptions options = tiny();
  options.what = BenchmarkOptions::What::gemm;
  Json json;
  try {
    json = json_of(options);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::unavailable) << error.what();
    GTEST_SKIP() << error.what();
  }
  EXPECT_EQ(json["model"], "albert_small");
  EXPECT_EQ(json["batch"], 2);
  EXPECT_EQ(json["seq"], 16);
  EXPECT_GT(json["float32_seconds"], 0);
  EXPECT_GT(json["gemm_seconds"], 0);
  EXPECT_TRUE(json["bfloat16_seconds"].is_null() || json["bfloat16_seconds"] > 0);
  EXPECT_DOUBLE_EQ(json["float32_gflops"],
                   json["gflop"].get<double>() / json["float32_seconds"].get<double>());
  options.seq = 129;
  expect_thrown([&] { benchmark(options, read_recipe); }, 2, {"129 tokens", "128 positions"});
}

TEST(Benchmark, MeasuresTheEngineAlone) {
  BenchmarkOptions options;  // no recipe
  options.what = BenchmarkOptions::What::autograd;
  const Json json = json_of(options);
  EXPECT_EQ(json["uses"], 10000);
  EXPECT_GT(json["ns_per_use"], 0);
  EXPECT_GT(json["ns_per_use_4096"], 0);
  EXPECT_EQ(json["system_allocations"] == 0, kReuses);
}

TEST(Benchmark, NeedsARecipeForAllElse) {
  expect_thrown([] { benchmark({}, read_recipe); }, 2, {"--config is required"});
}

TEST(Benchmark, IsACommand) {
  CLI::App app;
  BenchmarkOptions options;
  add_benchmark(app, options);
  app.parse(
      "benchmark --config bert_tiny --batch 3 --seq 7 --steps 2 --warmup 0 --threads 2 "
      "--precision auto --set model.sharing=all --json");
  EXPECT_EQ(options.config, "bert_tiny");
  EXPECT_EQ(options.overrides, (std::vector<std::string>{"model.sharing=all"}));
  EXPECT_EQ(options.batch, 3);
  EXPECT_EQ(options.seq, 7);
  EXPECT_EQ(options.steps, 2);
  EXPECT_EQ(options.warmup, 0);
  EXPECT_EQ(options.threads, 2);
  EXPECT_EQ(options.precision, "auto");
  EXPECT_TRUE(options.json);
  EXPECT_EQ(options.what, BenchmarkOptions::What::step);
  app.parse("benchmark --config bert_tiny --gemm");
  EXPECT_EQ(options.what, BenchmarkOptions::What::gemm);
  app.parse("benchmark --autograd");
  EXPECT_EQ(options.what, BenchmarkOptions::What::autograd);
  EXPECT_THROW(app.parse("benchmark --autograd --gemm"), CLI::ExcludesError);
  EXPECT_THROW(app.parse("benchmark --config bert_tiny --batch 0"), CLI::ValidationError);
  EXPECT_THROW(app.parse("benchmark --config bert_tiny --steps 0"), CLI::ValidationError);
}

}  // namespace
}  // namespace reprise
