#include "core/parallel.h"

#include <sched.h>

#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "core/error.h"
#include "core/team.h"

namespace reprise {

namespace {

int available_processors() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::clamp(CPU_COUNT(&set), 1, 256);
  return static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1u, 256u));
}

std::atomic<int> g_threads{0};  // 0: not yet asked for
thread_local bool t_in_task = false;

// The exception of the lowest-numbered task that threw.
class FirstError {
 public:
  void set(int64_t index, std::exception_ptr error) {
    std::lock_guard lock(mutex_);
    if (!error_ || index < index_) index_ = index, error_ = std::move(error);
  }
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::mutex mutex_;
  int64_t index_ = 0;
  std::exception_ptr error_;
};

// A region as its tasks see it, exceptions caught.
struct Work {
  void (*task)(const void* context, int64_t i);
  const void* context;
  FirstError error;

  static void run_one(const void* self, int64_t i) {
    auto* work = static_cast<Work*>(const_cast<void*>(self));
    const bool outer = std::exchange(t_in_task, true);
    try {
      work->task(work->context, i);
    } catch (...) {
      work->error.set(i, std::current_exception());
    }
    t_in_task = outer;
  }
};

// Never destroyed: its threads may be asleep when the program ends.
Team& team() {
  static Team* team = new Team;
  return *team;
}

}  // namespace

void set_threads(int count) {
  if (count < 1 || count > 256) {
    throw Error(ExitCode::usage, "threads: {} given, from 1 to 256 are possible", count);
  }
  g_threads = count;
}

int threads() {
  int count = g_threads;
  if (count == 0) g_threads = count = available_processors();
  return count;
}

void detail::run_tasks(int64_t count, void (*task)(const void*, int64_t), const void* context) {
  Work work{task, context, {}};
  const int width = static_cast<int>(std::min<int64_t>(threads(), count));
  const bool alone = width <= 1 || t_in_task;
  if (alone || !team().run(width, {count, Work::run_one, &work})) {
    for (int64_t i = 0; i < count; ++i) Work::run_one(&work, i);
  }
  work.error.rethrow();
}

}  // namespace reprise
