#include "data/prefetch.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>

#include "core/error.h"

namespace reprise {
namespace {

using namespace std::chrono_literals;

Batch numbered(int64_t number) {
  TokenBatch batch;
  batch.padded_length = number;
  return batch;
}

int64_t number_of(const Batch& batch) { return std::get<TokenBatch>(batch).padded_length; }

TEST(Prefetch, KeepsTheOrder) {
  Prefetch prefetch(
      [](int64_t number) {
        if (number % 3 == 0) std::this_thread::sleep_for(1ms);
        return numbered(number);
      },
      5, 60, 4);
  for (int64_t n = 5; n < 60; ++n) ASSERT_EQ(number_of(prefetch.next()), n);
  EXPECT_THROW(prefetch.next(), UsageError);
}

TEST(Prefetch, WorksAheadButNotWithoutBound) {
  std::atomic<int64_t> made{0};
  Prefetch prefetch([&](int64_t number) { return ++made, numbered(number); }, 0, 1000, 3);
  while (made < 3) std::this_thread::sleep_for(1ms);
  std::this_thread::sleep_for(20ms);
  EXPECT_EQ(made, 3);
  EXPECT_EQ(number_of(prefetch.next()), 0);
  while (made < 4) std::this_thread::sleep_for(1ms);
}

TEST(Prefetch, DeliversErrorsAtTheirBatch) {
  Prefetch prefetch(
      [](int64_t number) {
        if (number == 2) throw DataError("batch {} is damaged", number);
        return numbered(number);
      },
      0, 10, 4);
  EXPECT_EQ(number_of(prefetch.next()), 0);
  EXPECT_EQ(number_of(prefetch.next()), 1);
  for (int again = 0; again < 2; ++again) {
    try {
      prefetch.next();
      FAIL();
    } catch (const DataError& error) {
      EXPECT_STREQ(error.what(), "batch 2 is damaged");
    }
  }
}

TEST(Prefetch, EndsWhileTheQueueIsFull) {
  std::atomic<int64_t> made{0};
  const auto start = std::chrono::steady_clock::now();
  {
    Prefetch prefetch([&](int64_t number) { return ++made, numbered(number); }, 0, 1000, 2);
    while (made < 2) std::this_thread::sleep_for(1ms);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
  EXPECT_LE(made, 3);
}

TEST(Prefetch, EndsAtOnceWhenNothingWasTaken) {
  for (int round = 0; round < 50; ++round) Prefetch(numbered, 0, 1000, 1);
  Prefetch nothing(numbered, 3, 3, 1);
  EXPECT_THROW(nothing.next(), UsageError);
}

}  // namespace
}  // namespace reprise
