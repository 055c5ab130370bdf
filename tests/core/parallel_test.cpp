#include "core/parallel.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/team.h"

namespace reprise {
namespace {

class Parallel : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override { set_threads(GetParam()); }
  void TearDown() override { set_threads(before_); }

 private:
  int before_ = threads();
};
INSTANTIATE_TEST_SUITE_P(Threads, Parallel, ::testing::Values(1, 2, 3, 8));

TEST_P(Parallel, RunsEveryTaskOnce) {
  for (int64_t count : {0, 1, 2, 7, 1000}) {
    std::vector<int> runs(count);
    parallel_for(count, [&](int64_t i) { ++runs[i]; });
    EXPECT_EQ(runs, std::vector<int>(count, 1));
  }
}

// A signal's frame must not reach a thread that may be inside a library's generated code.
TEST_P(Parallel, LeavesSignalsToWhoeverAsksForTheWork) {
  const std::thread::id asking = std::this_thread::get_id();
  const auto takes_signals = [] {
    sigset_t blocked;
    pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
    return sigismember(&blocked, SIGTERM) == 0;
  };
  std::atomic<int> wrong{0};
  parallel_for(1000, [&](int64_t) {
    if (takes_signals() != (std::this_thread::get_id() == asking)) ++wrong;
  });
  EXPECT_EQ(wrong, 0);
}

// Regions in quick succession, as in a step: no task may see another region's work.
TEST_P(Parallel, KeepsRegionsApart) {
  std::vector<int64_t> numbers(64);
  for (int64_t region = 0; region < 20000; ++region) {
    parallel_for(1 + region % 64, [&](int64_t i) { numbers[i] += region; });
  }
  int64_t wanted = 0;
  for (int64_t region = 0; region < 20000; ++region) wanted += region * (1 + region % 64);
  int64_t sum = 0;
  for (int64_t number : numbers) sum += number;
  EXPECT_EQ(sum, wanted);
}

TEST_P(Parallel, CutsRangesByTheGrain) {
  using Ranges = std::vector<std::pair<int64_t, int64_t>>;
  const auto ranges = [](int64_t n) {
    Ranges found((n + 7) / 8);
    parallel_ranges(n, 8, [&](int64_t begin, int64_t end) { found[begin / 8] = {begin, end}; });
    return found;
  };
  EXPECT_EQ(ranges(0), Ranges());
  EXPECT_EQ(ranges(1), Ranges({{0, 1}}));
  EXPECT_EQ(ranges(8), Ranges({{0, 8}}));
  EXPECT_EQ(ranges(17), Ranges({{0, 8}, {8, 16}, {16, 17}}));
}

TEST_P(Parallel, RethrowsTheErrorOfTheLowestTask) {
  std::atomic<int> runs = 0;
  try {
    parallel_for(100, [&](int64_t i) {
      ++runs;
      if (i == 13 || i == 77) throw std::runtime_error(std::to_string(i));
    });
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "13");
  }
  EXPECT_EQ(runs, 100);
}

TEST_P(Parallel, RunsTasksWithinTasks) {
  std::atomic<int64_t> sum = 0;
  parallel_for(8, [&](int64_t i) { parallel_for(8, [&](int64_t j) { sum += i * j; }); });
  EXPECT_EQ(sum, 28 * 28);
}

// The team serves one caller at a time; a second one does its tasks by itself.
TEST_P(Parallel, ServesSeveralCallers) {
  std::vector<int64_t> sums(4);
  std::vector<std::thread> callers;
  for (int64_t& sum : sums) {
    callers.emplace_back([&sum] {
      for (int region = 0; region < 500; ++region) {
        std::atomic<int64_t> part = 0;
        parallel_for(16, [&](int64_t i) { part += i; });
        sum += part;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(sums, std::vector<int64_t>(4, 500 * 120));
}

TEST_P(Parallel, SumsInTheOrderOfTheRanges) {
  const auto sum = [] {
    return parallel_sum(1000, 7, [](int64_t begin, int64_t end) {
      double part = 0;
      for (int64_t i = begin; i < end; ++i) part += 1.0 / static_cast<double>(i + 1);
      return part;
    });
  };
  const double here = sum();
  set_threads(1);
  EXPECT_EQ(here, sum());
}

TEST(Threads, AreWithinReason) {
  EXPECT_THROW(set_threads(0), Error);
  EXPECT_THROW(set_threads(257), Error);
}

// Threads that sleep are woken, and end with the team.
TEST(Team, SleepsBetweenRegions) {
  Team team;
  std::atomic<int64_t> runs = 0;
  const Region region{100, [](const void* context, int64_t) {
    ++*static_cast<std::atomic<int64_t>*>(const_cast<void*>(context));
  }, &runs};
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(team.run(4, region));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(runs, 500);
}

}  // namespace
}  // namespace reprise
