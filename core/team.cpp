#include "core/team.h"

#include <signal.h>

#include <algorithm>
#include <system_error>

namespace reprise {

namespace {

constexpr int kLooks = 2000;  // some 50 µs; see Note [Waiting]

// While it lives, signals are for other threads, and for those that this one starts as well.
class NoSignals {
 public:
  NoSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~NoSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  NoSignals(const NoSignals&) = delete;
  NoSignals& operator=(const NoSignals&) = delete;

 private:
  sigset_t before_;
};

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  std::this_thread::yield();
#endif
}

}  // namespace

Team::~Team() {
  quit_ = true;
  state_ += kNext;
  state_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool Team::run(int width, const Region& region) {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock) return false;
  start_threads(width - 1);
  // The last region is closed and empty, so nobody reads what is written here.
  region_ = region;
  width_ = width;
  next_.store(0, std::memory_order_relaxed);
  state_.store((state_ + kNext) | kOpen, std::memory_order_release);
  state_.notify_all();
  take_tasks();
  state_ &= ~kOpen;
  wait_until_empty();
  return true;
}

void Team::start_threads(int count) {
  if (static_cast<int>(threads_.size()) >= count) return;
  const NoSignals inherited;  // see Note [A stack for signals] in tools/trainer/stop_signals.cpp
  try {
    while (static_cast<int>(threads_.size()) < count) {
      threads_.emplace_back(&Team::work, this, static_cast<int>(threads_.size()));
    }
  } catch (const std::system_error&) {  // the system allows no more: those that are there do it all
  }
}

void Team::wait_until_empty() const {
  for (int look = 0;; ++look) {
    const uint32_t state = state_.load(std::memory_order_acquire);
    if ((state & kInside) == 0) return;
    if (look < kLooks) {
      pause();
    } else {
      state_.wait(state);
    }
  }
}

void Team::take_tasks() {
  for (int64_t i = next_++; i < region_.count; i = next_++) region_.task(region_.context, i);
}

// What thread `number` does all its life.
void Team::work(int number) {
  uint32_t last = 0;  // the region that it was in
  for (int look = 0; !quit_; ++look) {
    uint32_t state = state_.load(std::memory_order_acquire);
    if ((state & kOpen) != 0 && state / kNext != last) {
      if (!state_.compare_exchange_weak(state, state + 1, std::memory_order_acq_rel)) continue;
      last = state / kNext;
      if (number + 1 < width_) take_tasks();
      leave();
      look = 0;
    } else if (look < kLooks) {
      pause();
    } else {
      state_.wait(state);
      look = 0;
    }
  }
}

void Team::leave() {
  const uint32_t state = --state_;
  if ((state & (kOpen | kInside)) == 0) state_.notify_all();
}

}  // namespace reprise
