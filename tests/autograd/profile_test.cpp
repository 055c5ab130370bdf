// Which op is charged with what: counts, names, and times that add up to no more than passed.
#include "autograd/profile.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <thread>

#include "autograd/ops.h"
#include "autograd/recompute.h"
#include "tests/autograd/testing.h"

namespace reprise::testing {

namespace {

using std::chrono::milliseconds;
constexpr double kNap = 0.02;

void nap() { std::this_thread::sleep_for(milliseconds(20)); }

std::map<std::string, Profile::Op> by_name(const Profile& profile) {
  std::map<std::string, Profile::Op> ops;
  for (const Profile::Op& op : profile.ops()) ops[op.name] = op;
  return ops;
}

// Sleeps in forward, and twice as long in backward.
Variable slow(const Variable& x) {
  nap();
  return record("slow", x.value().clone(), {x}, [](const Tensor& dy, InputGrads& dx) {
    nap();
    nap();
    dx.pass(0, dy);
  });
}

TEST(Profile, ChargesForwardAndBackwardToTheOp) {
  const ParameterPtr p = parameter(pattern({3}));
  Profile profile;
  Tape tape;
  tape.profile(&profile);
  nap();  // nobody's: before the step
  tape.reset();
  Stopwatch watch;
  const Variable y = sum(mul(slow(tape.bind(p)), tape.bind(p)));
  nap();  // nobody's: between forward and backward
  tape.backward(y);
  const double passed = watch.lap();

  auto ops = by_name(profile);
  ASSERT_EQ(ops.size(), 4u);
  EXPECT_EQ(ops["bind"].count, 2);
  EXPECT_EQ(ops["slow"].count, 1);
  EXPECT_EQ(ops["mul"].count, 1);
  EXPECT_EQ(ops["sum"].count, 1);
  EXPECT_GE(ops["slow"].forward_seconds, kNap);
  EXPECT_GE(ops["slow"].backward_seconds, 2 * kNap);
  EXPECT_EQ(ops["bind"].backward_seconds, 0);
  EXPECT_GT(ops["mul"].forward_seconds, 0);
  EXPECT_GT(ops["mul"].backward_seconds, 0);
  EXPECT_EQ(profile.ops()[0].name, "slow");
  double charged = 0;
  for (const auto& [name, op] : ops) charged += op.seconds();
  EXPECT_LE(charged, passed - kNap);
}

TEST(Profile, LooksIntoRecomputedSegmentsWithoutCountingTwice) {
  const ParameterPtr p = parameter(pattern({3}));
  Profile profile;
  Tape tape;
  tape.profile(&profile);
  Stopwatch watch;
  tape.reset();
  const Context context{.tape = &tape};
  const Variable inputs[] = {tape.bind(p)};
  tape.backward(
      sum(recompute(context, inputs, [](const Context&, auto in) { return slow(in[0]); })));
  const double passed = watch.lap();

  auto ops = by_name(profile);
  EXPECT_EQ(ops["slow"].count, 2);  // forward, and again in backward
  EXPECT_GE(ops["slow"].forward_seconds, 2 * kNap);
  EXPECT_GE(ops["slow"].backward_seconds, 2 * kNap);
  EXPECT_EQ(ops["recompute"].count, 1);
  EXPECT_LE(ops["recompute"].seconds(), passed - 4 * kNap);
  EXPECT_LE(ops["bind"].seconds(), passed - 4 * kNap);
}

TEST(Profile, ForgetsWhatWasBefore) {
  const ParameterPtr p = parameter(pattern({3}));
  Profile profile;
  Tape tape;
  tape.profile(&profile);
  tape.backward(sum(tape.bind(p)));
  EXPECT_EQ(profile.ops().size(), 2u);
  profile.clear();
  EXPECT_TRUE(profile.ops().empty());
  tape.profile(nullptr);
  tape.reset();
  tape.backward(sum(tape.bind(p)));
  EXPECT_TRUE(profile.ops().empty());
}

}  // namespace

}  // namespace reprise::testing
