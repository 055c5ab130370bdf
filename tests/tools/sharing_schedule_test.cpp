#include "tools/trainer/sharing_schedule.h"

#include <cmath>
#include <map>
#include <regex>

#include "core/parallel.h"
#include "optim/registry.h"
#include "tests/tools/small_models.h"
#include "tests/tools/tiny_runs.h"
#include "tools/trainer/convert_moments.h"
#include "tools/trainer/session.h"
#include "tools/trainer/model_config_file.h"
#include "tools/trainer/synthetic_dataset.h"

namespace reprise {
namespace {

namespace fs = std::filesystem;

// --- moments ---------------------------------------------------------------------------------------

OptimizerConfig adamw() {
  OptimizerConfig config;
  config.type = "adamw";
  return config.resolved();
}

struct Optimized {
  explicit Optimized(const std::string& strategy) : Optimized(SharingConfig{.strategy = strategy}) {}
  explicit Optimized(const SharingConfig& sharing)
      : model(small_albert().with_sharing(sharing)),
        optimizer(make_optimizer(adamw(), model.parameters)) {}

  Tensor moment(const std::string& kind, const std::string& part) const {
    for (const Optimizer::Moment& moment : optimizer->state()) {
      if (moment.name() == kind + "/" + part) return moment.tensor;
    }
    throw std::runtime_error("no moment " + kind + " of " + part);
  }

  SmallModel model;
  std::unique_ptr<Optimizer> optimizer;
};

std::string ffn(int set) {
  return fmt::format("albert.encoder.albert_layer_groups.{}.albert_layers.0.ffn.weight", set);
}

const char* const kWords = "albert.embeddings.word_embeddings.weight";

TEST(ConvertMoments, GivesEachUseItsShare) {
  const Optimized shared("all"), twins("none");
  shared.optimizer->set_updates(7);
  shared.moment("exp_avg", ffn(0)).fill(8);
  shared.moment("exp_avg_sq", ffn(0)).fill(64);
  shared.moment("exp_avg_sq", kWords).fill(3);
  convert_moments(origins(shared.model.encoder, twins.model.encoder), *shared.optimizer,
                  *twins.optimizer, MomentsBecome::rescaled);
  for (int layer = 0; layer < 4; ++layer) {
    EXPECT_EQ(twins.moment("exp_avg", ffn(layer)).item(5), 2) << layer;
    EXPECT_EQ(twins.moment("exp_avg_sq", ffn(layer)).item(5), 4) << layer;
  }
  EXPECT_EQ(twins.moment("exp_avg_sq", kWords).item(0), 3);
  EXPECT_EQ(twins.optimizer->updates(), 7);
}

TEST(ConvertMoments, AddsWhatBecomesOne) {
  const Optimized twins("none"), shared("all");
  for (int layer = 0; layer < 4; ++layer) {
    twins.moment("exp_avg", ffn(layer)).fill(static_cast<real>(layer));
    twins.moment("exp_avg_sq", ffn(layer)).fill(static_cast<real>(layer * layer));
  }
  const auto from = origins(twins.model.encoder, shared.model.encoder);
  convert_moments(from, *twins.optimizer, *shared.optimizer, MomentsBecome::rescaled);
  EXPECT_EQ(shared.moment("exp_avg", ffn(0)).item(0), 0 + 1 + 2 + 3);
  EXPECT_EQ(shared.moment("exp_avg_sq", ffn(0)).item(0), 36);
  convert_moments(from, *twins.optimizer, *shared.optimizer, MomentsBecome::copied);
  EXPECT_EQ(shared.moment("exp_avg", ffn(0)).item(0), 1.5);
}

TEST(ConvertMoments, StartsAnewWhenAsked) {
  const Optimized shared("all"), twins("none");
  shared.optimizer->set_updates(7);
  shared.moment("exp_avg", kWords).fill(3);
  convert_moments(origins(shared.model.encoder, twins.model.encoder), *shared.optimizer,
                  *twins.optimizer, MomentsBecome::reset);
  EXPECT_EQ(twins.moment("exp_avg", kWords).item(0), 0);
  EXPECT_EQ(twins.optimizer->updates(), 0);
}

// What a factor's moments tell is in the space that the other factor spans.
TEST(ConvertMoments, GoAlongWithAdditionsThatAreCopiedOnly) {
  const SharingConfig relaxed{.strategy = "all", .rank = 2};
  SharingConfig untied = relaxed, scaled = relaxed;
  untied.feed_forward = PartSharing{.strategy = "none"};
  scaled.alpha = 5;
  const std::string down = "albert.encoder.uses.1.attention.query.lora_A.weight";
  const Optimized old(relaxed), parted(untied), anew(scaled);
  old.moment("exp_avg", down).fill(8);
  old.moment("exp_avg", kWords).fill(3);
  for (const Optimized* next : {&parted, &anew}) {
    convert_moments(origins(old.model.encoder, next->model.encoder), *old.optimizer, *next->optimizer,
                    MomentsBecome::rescaled);
    EXPECT_EQ(next->moment("exp_avg", kWords).item(0), 3);
  }
  EXPECT_EQ(parted.moment("exp_avg", down).item(0), 8);
  EXPECT_EQ(anew.moment("exp_avg", down).item(0), 0);
}

// --- sizes of updates ------------------------------------------------------------------------------

// Twelve uses of one layer, on the text of tiny runs.
RunConfig deep(const TinyRuns& runs) {
  setenv("XDG_CACHE_HOME", (runs / "cache").c_str(), 1);
  set_threads(2);
  Json recipe = tiny_recipe("albert");
  recipe["model"]["num_hidden_layers"] = 12;
  recipe["optimizer"] = {{"type", "adamw"}, {"learning_rate", 3e-4}};
  recipe["schedule"] = {{"type", "constant"}};
  recipe["training"] = {{"steps", 300}, {"batch_size", 4}};
  runs.write_recipe(recipe);
  return load_run_config(runs.recipe(), {});
}

constexpr const char* kFeedForward = ".ffn.weight";

// The mean size of what a step adds to the weights of the feed-forward matrices.
double step_size(Session& session, int64_t step) {
  std::vector<std::pair<Tensor, Tensor>> weights;
  for (const NamedPart& part : named_parts(session.parameters())) {
    if (part.name.ends_with(kFeedForward)) weights.emplace_back(part.value, part.value.clone());
  }
  session.compute_gradients(step, {session.micro_batch(step)}, [] { return false; });
  session.optimizer().step(session.config().optimizer.learning_rate);
  double sum = 0, count = 0;
  for (const auto& [now, before] : weights) {
    for (int64_t i = 0; i < now.numel(); ++i, ++count) sum += std::abs(now.item(i) - before.item(i));
  }
  return sum / count;
}

double mean_step_size(Session& session, int64_t begin, int64_t end) {
  double sum = 0;
  for (int64_t step = begin; step < end; ++step) sum += step_size(session, step);
  return sum / static_cast<double>(end - begin);
}

// Of the updates in the 100 steps after the twelve uses were untied, to that of the 50 steps before.
double size_after_untying(const char* moments) {
  const TinyRuns runs;
  RunConfig config = deep(runs);
  config.sharing_schedule = {
      {.step = 200, .sharing = {.strategy = "none"}, .by = "average", .moments = moments}};
  Session session(config);
  mean_step_size(session, 0, 150);
  const double before = mean_step_size(session, 150, 200);
  EXPECT_TRUE(session.follow_sharing_schedule(200));
  return mean_step_size(session, 200, 300) / before;
}

TEST(SharingSchedule, UntiedWeightsGoOnWithUpdatesOfTheirSize) {
  const double rescaled = size_after_untying("rescale"), copied = size_after_untying("copy");
  RecordProperty("rescaled", std::to_string(rescaled));
  RecordProperty("copied", std::to_string(copied));
  EXPECT_GT(rescaled, 0.5) << rescaled;
  EXPECT_LT(rescaled, 2) << rescaled;
  EXPECT_LT(copied, 0.25) << copied;
}

// --- the function ----------------------------------------------------------------------------------

// albert_small, on batches made from a seed.
struct AlbertSmall {
  explicit AlbertSmall(const SharingConfig& sharing) : session(config(sharing), task(sharing)) {}

  static RunConfig config(const SharingConfig& sharing) {
    RunConfig config = load_run_config(
        "albert_small", {"training.clip_norm=0", "optimizer.type=adamw", "optimizer.learning_rate=1e-3",
                         "training.precision=float32", "training.batch_size=2"});
    config.model.encoder = config.model.encoder.with_sharing(sharing);
    return config;
  }
  static std::unique_ptr<Task> task(const SharingConfig& sharing) {
    return make_task(config(sharing), synthetic_dataset(config(sharing).model.encoder, 2, 5, {32, 32}));
  }

  const Encoder& encoder() const {
    return *session.task().encoder();
  }
  double loss(int64_t step) {
    return session.compute_gradients(step, {session.micro_batch(0)}, [] { return false; }).loss;
  }
  void update() { session.optimizer().step(1e-3); }

  Session session;
};

// Gives every layer the sum of the layers' gradients, as if they were one.
void tie_gradients(const Session& session) {
  std::map<std::string, std::vector<NamedPart>> layers;  // by name but for the layer's number
  const std::regex number(R"(groups\.\d+\.)");
  for (const NamedPart& part : named_parts(session.parameters())) {
    if (part.gradient.defined()) layers[std::regex_replace(part.name, number, "")].push_back(part);
  }
  for (const auto& [name, twins] : layers) {
    for (int64_t i = 0; i < twins[0].gradient.numel(); ++i) {
      double sum = 0;
      for (const NamedPart& twin : twins) sum += static_cast<double>(twin.gradient.data()[i]);
      for (const NamedPart& twin : twins) twin.gradient.data()[i] = static_cast<real>(sum);
    }
  }
}

TEST(SharingSchedule, UntiedLayersWithTiedGradientsAreTheSharedModel) {
  set_threads(2);
  AlbertSmall shared({.strategy = "all"}), twins({.strategy = "none"});
  convert_sharing(shared.encoder(), twins.encoder(), SharedFrom::first);
  for (int64_t step = 0; step < 20; ++step) {
    const double a = shared.loss(step), b = twins.loss(step);
    if (step == 0) {
      EXPECT_EQ(a, b);
    }
    EXPECT_NEAR(a, b, 1e-6 * a) << step;
    tie_gradients(twins.session);
    shared.update();
    twins.update();
  }
}

// --- runs ------------------------------------------------------------------------------------------

Json scheduled_recipe() {
  Json recipe = tiny_recipe("albert");
  recipe["model"]["num_hidden_layers"] = 4;
  recipe["training"]["checkpoint_every"] = 1;
  recipe["training"]["keep_checkpoints"] = 20;
  recipe["sharing_schedule"] = {{{"step", 4}, {"sharing", {{"strategy", "sequence"}, {"sets", 2}}}},
                                {{"step", 7}, {"sharing", "none"}, {"moments", "reset"}},
                                {{"step", 9}, {"sharing", "all"}, {"by", "stepwise"}}};
  return recipe;
}

TEST(SharingSchedule, ChangesThePlanAndGoesOnFromAnyStep) {
  const TinyRuns runs;
  runs.write_recipe(scheduled_recipe());
  expect_exit(runs.train("undisturbed"), 0, {"sharing from step 7", "A B C D"});
  std::vector<int64_t> changed;
  for (const Json& line : runs.metrics("undisturbed")) {
    if (line.contains("sharing")) changed.push_back(line["step"]);
  }
  EXPECT_EQ(changed, (std::vector<int64_t>{4, 7, 9}));
  for (const int step : {3, 4, 6, 7, 10}) {
    const std::string copy = fmt::format("from-{}", step);
    fs::copy(runs / "undisturbed", runs / copy, fs::copy_options::recursive);
    fs::remove_all(runs / (copy + "/final"));
    for (int later = step + 1; later < 12; ++later) {
      fs::remove_all(runs / fmt::format("{}/checkpoints/step-{:08}", copy, later));
    }
    expect_exit(runs.train(copy, {"--threads", "2"}), 0, {fmt::format("step {}", step)});
    runs.expect_same_result("undisturbed", copy);
  }
}

TEST(SharingSchedule, TheModelInTheEndHasTheLastPlan) {
  const TinyRuns runs;
  Json recipe = scheduled_recipe();
  recipe["sharing_schedule"].erase(2);
  runs.write_recipe(recipe);
  expect_exit(runs.train("run"), 0);
  EXPECT_EQ(read_model_config(runs / "run/final").config.plan().count(LayerPart::attention), 4);
}

TEST(SharingSchedule, SaysWhatDoesNotFit) {
  const struct {
    const char* schedule;
    std::vector<std::string> sentence;
  } kCases[] = {
      {R"([{"step": 12, "sharing": "none"}])", {"sharing_schedule.0.step", "is 12", "after 12 steps"}},
      {R"([{"step": 0, "sharing": "none"}])", {"sharing_schedule.0.step"}},
      {R"([{"step": 5, "sharing": "none"}, {"step": 5, "sharing": "all"}])",
       {"sharing_schedule.1.step", "the change before it is at step 5"}},
      {R"([{"step": 5, "sharing": {"strategy": "cycle", "sets": 3}}])", {"sharing_schedule.0.sharing"}},
      {R"([{"step": 5, "sharing": {"strategy": "all", "rank": 99}}])",
       {"sharing_schedule.0.sharing.rank", "rank 99"}},
      {R"([{"step": 5, "sharing": {"strategy": "none", "rank": 2}}])",
       {"sharing_schedule.0.sharing.rank", "uses of shared matrices"}},
      {R"([{"step": 5, "sharing": {"strategy": "none", "per_use": ["biases"]}}])",
       {"sharing_schedule.0.sharing.per_use", "uses of shared matrices"}},
      {R"([{"step": 5, "sharing": "nine"}])", {"sharing_schedule.0.sharing", "none"}},
      {R"([{"step": 5, "sharing": "none", "moments": "halve"}])", {"moments", "rescale"}},
      {R"([{"step": 5, "sharing": "none", "by": "chance"}])", {"by", "stepwise"}},
  };
  const TinyRuns runs;
  for (const auto& [schedule, sentence] : kCases) {
    expect_exit(runs.train("run", {"--set", std::string("sharing_schedule=") + schedule}), 78, sentence);
  }
  EXPECT_FALSE(fs::exists(runs / "run"));
}

}  // namespace
}  // namespace reprise
