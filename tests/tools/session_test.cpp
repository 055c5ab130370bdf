#include "tools/trainer/session.h"

#include <cmath>

#include "core/parallel.h"
#include "tests/tools/tiny_runs.h"

namespace reprise {
namespace {

struct Step {
  StepResult result;
  std::vector<NamedPart> parts;  // with gradients of their own
};

Step first_step(const TinyRuns& runs, double dropout, int accumulate, int interrupted_after = 0) {
  setenv("XDG_CACHE_HOME", (runs / "cache").c_str(), 1);
  set_threads(1);
  Session session(load_run_config(
      runs.recipe(), {fmt::format("model.hidden_dropout_prob={}", dropout),
                      fmt::format("model.attention_probs_dropout_prob={}", dropout),
                      fmt::format("training.batch_size={}", 8 / accumulate),
                      fmt::format("training.accumulate={}", accumulate)}));
  std::vector<Batch> batches;
  for (int m = 0; m < accumulate; ++m) batches.push_back(session.micro_batch(m));
  if (interrupted_after > 0) {
    int asked = 0;
    const auto stop = [&] { return asked++ >= interrupted_after; };
    EXPECT_TRUE(session.compute_gradients(0, batches, stop).interrupted);
  }
  Step step{.result = session.compute_gradients(0, batches, [] { return false; }), .parts = {}};
  for (NamedPart& part : named_parts(session.parameters())) {
    if (part.gradient.defined()) part.gradient = part.gradient.clone(Purpose::other);
    part.parameter = nullptr;
    step.parts.push_back(std::move(part));
  }
  return step;
}

// The norm of a, and of a - b.
std::pair<double, double> norms(const Tensor& a, const Tensor& b) {
  double all = 0, difference = 0;
  for (int64_t i = 0; i < a.numel(); ++i) {
    all += std::pow(a.data()[i], 2);
    difference += std::pow(double{a.data()[i]} - b.data()[i], 2);
  }
  return {std::sqrt(all), std::sqrt(difference)};
}

class SessionBoth : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(, SessionBoth, testing::Values("albert", "bert"), type_name);

TEST_P(SessionBoth, HasTheSameGradientsHoweverAStepIsCut) {
  const TinyRuns runs(GetParam());
  for (const double dropout : {0.0, 0.1}) {
    const Step whole = first_step(runs, dropout, 1), cut = first_step(runs, dropout, 4);
    EXPECT_EQ(whole.result.tokens, cut.result.tokens);
    EXPECT_NEAR(whole.result.loss, cut.result.loss, 1e-5);
    ASSERT_EQ(whole.parts.size(), cut.parts.size());
    for (size_t i = 0; i < whole.parts.size(); ++i) {
      const NamedPart &a = whole.parts[i], &b = cut.parts[i];
      ASSERT_EQ(a.gradient.defined(), b.gradient.defined()) << a.name;
      // Key biases have no gradient but for rounding: softmax is blind to them.
      if (!a.gradient.defined() || a.name.find("key.bias") != std::string::npos) continue;
      const auto [norm, difference] = norms(a.gradient, b.gradient);
      EXPECT_GT(norm, 0) << a.name;
      EXPECT_LE(difference, 1e-5 * norm) << a.name << ", dropout " << dropout;
    }
  }
}

TEST(Session, ForgetsAnInterruptedStep) {
  const TinyRuns runs;
  const Step calm = first_step(runs, 0.1, 4), again = first_step(runs, 0.1, 4, 3);
  EXPECT_EQ(calm.result.gradient_norm, again.result.gradient_norm);
  EXPECT_EQ(calm.result.loss, again.result.loss);
}

}  // namespace
}  // namespace reprise
