#include "tools/trainer/stop_signals.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>

namespace reprise {
namespace {

stack_t signal_stack() {
  stack_t stack = {};
  sigaltstack(nullptr, &stack);
  return stack;
}

TEST(StopSignals, AsksForAStopAtTheFirst) {
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const StopSignals signals;
    EXPECT_FALSE(StopSignals::requested());
    raise(signal);
    EXPECT_TRUE(StopSignals::requested());
    EXPECT_EQ(static_cast<int>(StopSignals::exit_code()), 128 + signal);
  }
}

TEST(StopSignals, PutsNothingOnTheStackThatItInterrupts) {
  const StopSignals signals;
  const stack_t stack = signal_stack();
  ASSERT_EQ(stack.ss_flags & SS_DISABLE, 0);
  char* const begin = static_cast<char*>(stack.ss_sp);
  std::fill_n(begin, stack.ss_size, '\0');
  raise(SIGTERM);
  EXPECT_NE(std::count(begin, begin + stack.ss_size, '\0'), static_cast<long>(stack.ss_size));
}

// What another part of a program did with a signal.
void others(int /*signal*/) {}

TEST(StopSignals, GivesEverythingBack) {
  const stack_t before = signal_stack();
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) {
    const auto first = signal(number, others);
    { const StopSignals signals; }
    EXPECT_EQ(signal(number, first), others) << number;
  }
  EXPECT_EQ(signal_stack().ss_sp, before.ss_sp);
  EXPECT_EQ(signal_stack().ss_flags, before.ss_flags);
}

// As under nohup.
TEST(StopSignals, LeavesAnIgnoredSignalIgnored) {
  const auto first = signal(SIGHUP, SIG_IGN);
  {
    const StopSignals signals;
    raise(SIGHUP);
    EXPECT_FALSE(StopSignals::requested());
    raise(SIGTERM);
    EXPECT_TRUE(StopSignals::requested());
  }
  EXPECT_EQ(signal(SIGHUP, first), SIG_IGN);
}

}  // namespace
}  // namespace reprise
