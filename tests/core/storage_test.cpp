#include "core/storage.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace reprise {
namespace {

// Blocks that one thread takes and another returns are counted once, whoever comes first.
TEST(Storage, CountsWhatSeveralThreadsTakeAndReturn) {
  constexpr int kThreads = 4, kRounds = 2000;
  const MemoryUse before = memory_use();
  std::vector<StorageRef> shared;
  for (int i = 0; i < kRounds; ++i) {
    shared.emplace_back(Storage::allocate(100, Purpose::optimizer));
  }
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([mine = shared]() mutable {
      while (!mine.empty()) {
        const StorageRef own(Storage::allocate(1000, Purpose::other));
        mine.pop_back();  // whoever is last returns the block
      }
    });
  }
  shared.clear();
  for (std::thread& thread : threads) thread.join();
  const MemoryUse after = memory_use();
  EXPECT_EQ(after.live, before.live);
  EXPECT_EQ(after.live_total, before.live_total);
  const auto optimizer = static_cast<int>(Purpose::optimizer), other = static_cast<int>(Purpose::other);
  EXPECT_GE(after.peak[optimizer], before.live[optimizer] + 100 * kRounds);
  EXPECT_GE(after.peak[other], before.live[other] + 1000);
}

TEST(Storage, TakesAReturnedBlockAgain) {
#ifdef REPRISE_NO_FREE_LIST
  GTEST_SKIP() << "this build has no free list";
#endif
  const std::byte* place = StorageRef(Storage::allocate(5000, Purpose::other))->data();
  const MemoryUse before = memory_use();
  const StorageRef again(Storage::allocate(4900, Purpose::activations));  // of the same size class
  EXPECT_EQ(again->data(), place);
  EXPECT_EQ(memory_use().system_allocations, before.system_allocations);
}

// As ragged batches do: after the largest, smaller ones ask nothing of the system.
TEST(Storage, ServesLargeRequestsFromLargerBlocks) {
#ifdef REPRISE_NO_FREE_LIST
  GTEST_SKIP() << "this build has no free list";
#endif
  const auto take = [](size_t megabytes) {
    std::vector<StorageRef> blocks;
    for (const size_t size : {1, 2, 3, 7}) {
      blocks.emplace_back(Storage::allocate(size * megabytes << 20, Purpose::activations));
    }
    return blocks;
  };
  take(12);
  const int64_t before = memory_use().system_allocations;
  for (const size_t megabytes : {9, 11, 10, 12}) take(megabytes);
  EXPECT_EQ(memory_use().system_allocations, before);
}

}  // namespace
}  // namespace reprise
