// Team: threads that wait between regions of parallel work. parallel.h decides what is a region.
//
// Note [Waiting]
// A step is some hundred regions with microseconds between them. Waking a sleeping thread takes 50 µs,
// so a thread that has nothing to do looks for the next region for about that long before it sleeps.
// It never waits longer than that with the processor in its hands: OpenMP's threads do, and beside
// another busy program a run then got a fifth of its speed. Whoever opens a region doesn't wait for
// threads to arrive either: one that comes too late finds it closed, and the others have done its part.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace reprise {

// What a region runs: task(context, i) for every i in [0, count). Doesn't throw.
struct Region {
  int64_t count = 0;
  void (*task)(const void* context, int64_t i) = nullptr;
  const void* context = nullptr;
};

class Team {
 public:
  Team() = default;
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  // Runs the region on the calling thread and up to `width` - 1 others, which are started at first
  // need. Returns when every task has ended. False, with nothing run, while another thread has the
  // team.
  bool run(int width, const Region& region);

 private:
  // The state is one word: the region's number, whether it is open, how many threads are inside.
  static constexpr uint32_t kInside = 0xff;
  static constexpr uint32_t kOpen = 0x100;
  static constexpr uint32_t kNext = 0x200;

  void start_threads(int count);
  void work(int number);
  void leave();
  void take_tasks();
  void wait_until_empty() const;

  std::mutex mutex_;  // held by who runs a region
  std::vector<std::thread> threads_;
  std::atomic<uint32_t> state_{0};
  std::atomic<bool> quit_{false};
  int width_ = 0;  // of the open region
  Region region_;
  alignas(64) std::atomic<int64_t> next_{0};
};

}  // namespace reprise
