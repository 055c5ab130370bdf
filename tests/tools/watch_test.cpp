#include "tools/trainer/watch.h"

#include <cmath>

#include "tests/tools/small_models.h"

namespace reprise {
namespace {

// A watch over two weights, and what their steps look like.
class WatchTest : public testing::Test {
 protected:
  static ParameterPtr named(const std::string& name) {
    auto parameter = std::make_shared<Parameter>(Shape{4, 4});
    parameter->parts()[0].name = name;
    parameter->value().fill(0.1);
    return parameter;
  }

  static StepResult step(double loss, double a, double b) {
    StepResult result;
    result.loss = loss;
    result.parts = {{"mlm_loss", loss}};
    result.gradient_squares = {a * a, b * b};
    result.gradient_norm = std::hypot(a, b);
    result.finite = std::isfinite(loss) && std::isfinite(result.gradient_norm);
    return result;
  }

  // Sees a step, and makes it the last.
  std::optional<Alarm> see(const StepResult& result) { return watch_.see_step(step_++, result, parameters_); }

  // So many steps like those of a run that learns. None of them may raise an alarm.
  void calm(int steps) {
    for (int i = 0; i < steps; ++i) {
      const double wave = std::sin(1.7 * i);
      EXPECT_FALSE(see(step(7 + 0.05 * wave - 0.01 * i, 1 + 0.2 * wave, 0.1 + 0.02 * wave))) << i;
    }
  }

  RunConfig config_;
  std::vector<ParameterPtr> parameters_ = {named("a"), named("b")};
  Watch watch_{config_, 6.5};
  int64_t step_ = 0;
};

void expect_kind(const std::optional<Alarm>& alarm, const std::string& kind, const std::string& weight_set = "") {
  ASSERT_TRUE(alarm) << kind;
  EXPECT_EQ(alarm->kind, kind) << alarm->sentence;
  EXPECT_EQ(alarm->weight_set, weight_set);
  EXPECT_FALSE(alarm->sentence.empty() || alarm->advice.empty());
}

TEST_F(WatchTest, LeavesHealthyRunsInPeace) {
  calm(300);
  for (const double spread : {0.5, 3e-4, 0.1}) {
    EXPECT_FALSE(watch_.see_scores(step_, {{"mlm_loss", 6.4}, {"unigram_loss", 6.5}, {"mlm_spread", spread}}));
  }
}

TEST_F(WatchTest, SeesAGradientThatExplodesAndWhere) {
  calm(50);
  EXPECT_FALSE(see(step(6.5, 1, 7)));  // once may be chance
  expect_kind(see(step(6.5, 1, 8)), "gradient_norm", "b");
  calm(1);
  EXPECT_FALSE(see(step(6.5, 1, 200)));  // has just been said
}

TEST_F(WatchTest, SeesAnExtremeGradientAtOnce) {
  calm(50);
  expect_kind(see(step(6.5, 500, 0.1)), "gradient_norm", "a");
}

TEST_F(WatchTest, SeesALossThatRises) {
  calm(50);
  EXPECT_FALSE(see(step(8.5, 1, 0.1)));
  expect_kind(see(step(8.6, 1, 0.1)), "loss_spike", "a");
}

TEST_F(WatchTest, SeesWhatIsNotFinite) {
  calm(5);
  expect_kind(see(step(6.5, 1, std::nan(""))), "not_finite", "b");
}

TEST_F(WatchTest, SeesABadStart) {
  config_.model.encoder.initializer_range = 0.5;
  const auto alarm = see(step(12, 1, 1));
  expect_kind(alarm, "bad_start");
  EXPECT_NE(alarm->advice.find("initializer_range below 0.5"), std::string::npos) << alarm->advice;
}

TEST_F(WatchTest, SeesWeightsThatGrow) {
  for (int64_t s = 0; s < 100; ++s) {
    parameters_[1]->value().fill(0.1 + 0.001 * static_cast<double>(s));
    EXPECT_FALSE(watch_.see_weights(s, parameters_)) << s;
  }
  parameters_[1]->value().fill(0.7);
  expect_kind(watch_.see_weights(100, parameters_), "growing_weights", "b");
}

TEST_F(WatchTest, SeesAnOutputThatBecameConstant) {
  const NamedNumbers constant = {{"sentence_spread", 1e-7}};
  EXPECT_FALSE(watch_.see_scores(100, constant));
  expect_kind(watch_.see_scores(200, constant), "constant_output");
}

TEST_F(WatchTest, SeesARunThatStaysAtTheUnigramEntropy) {
  const NamedNumbers stuck = {{"mlm_loss", 6.51}, {"unigram_loss", 6.5}};
  for (int64_t s = 100; s < 600; s += 100) EXPECT_FALSE(watch_.see_scores(s, stuck)) << s;
  expect_kind(watch_.see_scores(600, stuck), "stuck_at_unigram");
  EXPECT_FALSE(watch_.see_scores(700, {{"mlm_loss", 6.3}, {"unigram_loss", 6.5}}));
  for (int64_t s = 800; s < 1300; s += 100) EXPECT_FALSE(watch_.see_scores(s, stuck)) << s;
}

TEST_F(WatchTest, SeesUsesThatCancel) {
  const Json uses = parse_json(R"({"words": {"norm": [1, 0.95, 0.1],
      "cosine": [[1, -1, 0], [-1, 1, 0], [0, 0, 1]], "share": [0, 0, 0], "noise_cosine": 0.5}})", "uses").value();
  EXPECT_FALSE(watch_.see_uses(0, uses));
  EXPECT_FALSE(watch_.see_uses(100, uses));
  const auto alarm = watch_.see_uses(200, uses);
  expect_kind(alarm, "uses_in_conflict", "words");
  EXPECT_EQ(alarm->use, 0);
  const Json apart = parse_json(R"({"words": {"norm": [1, 1], "cosine": [[1, 0], [0, 1]]}})", "uses").value();
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(watch_.see_uses(1000 + i, apart));
}

TEST_F(WatchTest, GoesOnFromWhatACheckpointKeeps) {
  calm(50);
  EXPECT_FALSE(see(step(6.5, 1, 7)));
  Watch other(config_, 6.5);
  other.restore(parse_json(dump_json_line(watch_.state()), "a checkpoint").value());
  expect_kind(other.see_step(step_, step(6.5, 1, 8), parameters_), "gradient_norm", "b");
  other.restore({});  // of a run that wasn't watched
}

TEST_F(WatchTest, HoldsNothingAgainstANewPlan) {
  calm(50);
  watch_.start_over();
  for (int i = 0; i < 30; ++i) EXPECT_FALSE(see(step(9, 40, 4))) << i;
  expect_kind(see(step(9, 20000, 4)), "gradient_norm", "a");
}

TEST_F(WatchTest, KnowsTheRateOfLamb) {
  config_.optimizer.type = "lamb";
  config_.training.batch_size = 64;
  calm(20);
  const auto alarm = see(step(6.5, 500, 1));
  ASSERT_TRUE(alarm);
  EXPECT_NE(alarm->advice.find("= 2.2e-04"), std::string::npos) << alarm->advice;  // 0.00176 / 8
}

}  // namespace
}  // namespace reprise
