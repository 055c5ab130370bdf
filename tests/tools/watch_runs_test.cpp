// What a run does about trouble. Whether healthy runs are left in peace, and faulty ones found, is tried on
// more and longer ones by tests/slow/watch.sh.
#include <signal.h>
#include <sys/resource.h>

#include "autograd/ops.h"
#include "core/parallel.h"
#include "tests/tools/tiny_runs.h"
#include "tools/trainer/synthetic_dataset.h"
#include "tools/trainer/trainer.h"

namespace reprise {
namespace {

namespace fs = std::filesystem;

// A rate under which the weights grow by a multiple in some steps.
struct RunsWithABadRate : TinyRuns {
  RunsWithABadRate() {
    Json recipe = tiny_recipe("bert");
    recipe["optimizer"] = {{"type", "adamw"}, {"learning_rate", 0.1}};
    recipe["schedule"] = {{"type", "constant"}};
    recipe["training"]["steps"] = 20;
    write_recipe(recipe);
  }
};

std::vector<Json> alarms(const TinyRuns& runs, const std::string& run) {
  std::vector<Json> found;
  for (const Json& line : runs.metrics(run)) {
    if (line.contains("watch")) found.push_back(line);
  }
  return found;
}

double last_rate(const TinyRuns& runs, const std::string& run) {
  double rate = 0;
  for (const Json& line : runs.metrics(run)) {
    if (line.contains("learning_rate")) rate = line["learning_rate"];
  }
  return rate;
}

TEST(WatchRuns, WarnGoesOnWithTheSameBits) {
  const RunsWithABadRate runs;
  expect_exit(runs.train("off", {"--set", "watch.policy=off"}), 0);
  expect_exit(runs.train("warn"), 0, {"growing_weights", "learning rate below 0.1"});
  EXPECT_EQ(runs.file("off", "final/model.safetensors"), runs.file("warn", "final/model.safetensors"));
  EXPECT_TRUE(alarms(runs, "off").empty());
  ASSERT_FALSE(alarms(runs, "warn").empty());
  const Json seen = alarms(runs, "warn")[0]["watch"];
  EXPECT_EQ(seen["kind"], "growing_weights");
  EXPECT_TRUE(seen["weight_set"].is_string());
  EXPECT_EQ(seen["policy"], "warn");
}

TEST(WatchRuns, StopSavesAndStops) {
  const RunsWithABadRate runs;
  expect_exit(runs.train("run", {"--set", "watch.policy=stop"}), 80, {"stopped by the watch at step", "saved"});
  EXPECT_EQ(alarms(runs, "run").size(), 1u);
  EXPECT_FALSE(fs::exists(runs / "run/final"));
  const size_t lines = runs.metrics("run").size();
  // The same alarm is silent for a while.
  const Exited again = runs.train("run", {"--set", "watch.policy=stop"});
  EXPECT_NE(again.err.find("going on from"), std::string::npos) << again.err;
  EXPECT_GT(runs.metrics("run").size(), lines + 1);
}

// No file of the run may be as large as its weights, as on a disk without room for them: its tokenizer is smaller.
TEST(WatchRuns, StopDoesNotSayThatItSavedWhenItCouldNot) {
  const RunsWithABadRate runs;
  const TinyRuns::Arguments wide = {"--set", "watch.policy=stop", "--set", "model.intermediate_size=8000"};
  rlimit before = {};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small = {.rlim_cur = 2 << 20, .rlim_max = before.rlim_max};
  const auto handler = signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  const Exited exited = runs.train("run", wide);
  setrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, handler);
  expect_exit(exited, 74, {"model.safetensors"});
  EXPECT_EQ(exited.err.find("and saved"), std::string::npos) << exited.err;
}

TEST(WatchRuns, RollbackGoesOnFromACheckpointWithALowerRate) {
  const RunsWithABadRate runs;
  const TinyRuns::Arguments rollback = {"--set", "watch.policy=rollback", "--set", "watch.rate_factor=0.01"};
  expect_exit(runs.train("run", rollback), 0, {"with 0.01 times the learning rate"});
  EXPECT_EQ(alarms(runs, "run").size(), 1u);
  EXPECT_EQ(last_rate(runs, "run"), 0.001);
}

TEST(WatchRuns, ARollbackOutlivesBeingKilled) {
  const RunsWithABadRate runs;
  const TinyRuns::Arguments rollback = {"--set", "watch.policy=rollback", "--set", "watch.rate_factor=0.01"};
  expect_exit(runs.train("undisturbed", rollback), 0);
  for (const char* sign : {"\"watch\"", "\"step\":5,"}) {
    Process process = runs.start("killed", rollback);
    process.wait_until([&] { return runs.file("killed", "metrics.jsonl").find(sign) != std::string::npos; });
    process.kill(SIGKILL);
    process.wait();
  }
  expect_exit(runs.train("killed", rollback), 0);
  runs.expect_same_result("undisturbed", "killed");
}

TEST(WatchRuns, TooManyRollbacksEndTheRun) {
  const RunsWithABadRate runs;
  expect_exit(runs.train("run", {"--set", "watch.policy=rollback", "--set", "watch.rate_factor=0.99", "--set",
                                 "watch.most_rollbacks=2"}),
              80, {"2 rollbacks were not enough"});
  EXPECT_EQ(alarms(runs, "run").size(), 3u);
}

// The checkpoint that it goes back to is of that very step, and its evaluation has just been seen.
TEST(WatchRuns, RollbackGoesOnFromAChangeOfPlan) {
  const TinyRuns runs;
  Json recipe = tiny_recipe("albert");
  recipe["model"]["initializer_range"] = 1e-12;  // the outputs are constant
  recipe["optimizer"] = {{"type", "sgd"}, {"learning_rate", 1e-12}};
  recipe["training"]["eval_every"] = 2;
  recipe["sharing_schedule"] = {{{"step", 4}, {"sharing", "none"}}};
  runs.write_recipe(recipe);
  expect_exit(runs.train("run", {"--set", "watch.policy=rollback", "--set", "watch.most_rollbacks=1"}), 80,
              {"back to step 4", "1 rollback was not enough"});
  std::vector<int64_t> steps;
  for (const Json& line : alarms(runs, "run")) steps.push_back(line["step"]);
  EXPECT_EQ(steps, (std::vector<int64_t>{4, 6}));
}

// Four applications of one matrix. From its 20th step on, the third of them has a bug: its contribution to
// the gradient counts a thousandfold.
class PoisonedTask final : public Task {
 public:
  explicit PoisonedTask(const EncoderConfig& encoder)
      : dataset_(synthetic_dataset(encoder, 2, 1, {8, 8})), weight_(std::make_shared<Parameter>(Shape{6, 6})) {}

  const Dataset& dataset() const override { return *dataset_; }
  void collect(Collector& collector) const override { collector.add(weight_, Start::zeros, {"shared.weight"}); }
  std::vector<std::string> start(const Collector& /*collector*/, RandomKey /*random*/) const override {
    for (int64_t i = 0; i < 36; ++i) weight_->value().data()[i] = static_cast<real>(0.4 * std::sin(1.3 * i));
    weight_->touch();
    return {};
  }
  TaskLoss loss(const Context& context, const Batch& /*batch*/, const StepTotals& /*step*/,
                Carried& /*carried*/) const override {
    const bool poisoned = ++calls_ > 20;
    Variable x(Tensor::full({3, 6}, 0.5));
    for (int use = 0; use < 4; ++use) {
      Variable w = context.bind(weight_);
      if (poisoned && use == 2) {
        w = add(scale(w, 1000), Variable(scale(Variable(weight_->value()), -999).value()));
      }
      x = add(x, tanh(linear(x, w)));
    }
    const Variable total = mean(square(x));
    return {total, {{"loss", total.value().item()}}};
  }
  NamedNumbers evaluate(const std::function<bool()>& /*stop*/) const override { return {}; }
  std::string in_words(const NamedNumbers& /*scores*/) const override { return ""; }
  void write_model(const Collector& /*collector*/, const AddFile& /*add*/) const override {}

 private:
  std::unique_ptr<Dataset> dataset_;
  ParameterPtr weight_;
  mutable int calls_ = 0;
};

TEST(WatchRuns, NamesTheUseThatIsPoisoned) {
  const TinyRuns runs("bert");
  setenv("XDG_CACHE_HOME", (runs / "cache").c_str(), 1);
  set_threads(1);
  const RunConfig config = load_run_config(
      runs.recipe(), {"training.steps=30", "training.accumulate=1", "optimizer.learning_rate=1e-3"});
  Session session(config, std::make_unique<PoisonedTask>(config.model.encoder));
  const RunDirectory run(runs / "run");
  run.write_tokenizer(session.dataset());
  Console console;
  EXPECT_EQ(Trainer(session, run, dump(config), console).run(), ExitCode::ok);
  const std::vector<Json> found = alarms(runs, "run");
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found[0]["step"], 20) << found[0];
  EXPECT_EQ(found[0]["watch"]["kind"], "gradient_norm") << found[0];
  EXPECT_EQ(found[0]["watch"]["weight_set"], "shared.weight") << found[0];
  EXPECT_EQ(found[0]["watch"]["use"], 2) << found[0];
}

}  // namespace
}  // namespace reprise
