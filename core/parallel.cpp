#include "core/parallel.h"

#include <sched.h>

#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

#include "core/error.h"

#ifndef REPRISE_STD_THREADS
#include <omp.h>
#endif

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

using Task = void (*)(const void*, int64_t);

void run_one(Task task, const void* context, int64_t i, FirstError& error) {
  const bool outer = t_in_task;
  t_in_task = true;
  try {
    task(context, i);
  } catch (...) {
    error.set(i, std::current_exception());
  }
  t_in_task = outer;
}

#ifdef REPRISE_STD_THREADS

// A team per call, of plain threads that ThreadSanitizer understands.
void run_team(int width, int64_t count, Task task, const void* context, FirstError& error) {
  std::atomic<int64_t> next{0};
  auto work = [&] {
    for (int64_t i = next++; i < count; i = next++) run_one(task, context, i, error);
  };
  std::vector<std::thread> team;
  for (int t = 1; t < width; ++t) team.emplace_back(work);
  work();
  for (std::thread& thread : team) thread.join();
}
void keep_libraries_single_threaded() {}

#else

void run_team(int width, int64_t count, Task task, const void* context, FirstError& error) {
#pragma omp parallel for num_threads(width) schedule(dynamic, 1)
  for (int64_t i = 0; i < count; ++i) run_one(task, context, i, error);
}

// Our regions name their width; a library that asks OpenMP how many threads to use is told 1.
void keep_libraries_single_threaded() {
  thread_local const bool once = [] { return omp_set_num_threads(1), true; }();
  (void)once;
}

#endif

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

void detail::run_tasks(int64_t count, Task task, const void* context) {
  keep_libraries_single_threaded();
  FirstError error;
  const int width = static_cast<int>(std::min<int64_t>(threads(), count));
  if (width <= 1 || t_in_task) {
    for (int64_t i = 0; i < count; ++i) run_one(task, context, i, error);
  } else {
    run_team(width, count, task, context, error);
  }
  error.rethrow();
}

}  // namespace reprise
