// The only owner of threads: everything that runs on several cores goes through here.
//
// Work is cut into tasks by a rule that never looks at the number of threads, and a task's result
// doesn't depend on who runs it or when. So every result has the same bits on 1 or 16 threads.
// Libraries called from a task run on the calling thread alone.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace reprise {

// How many threads take tasks, the caller included; at first the processors this process may use.
// Not to be called while tasks run. Throws Error (usage) outside [1, 256].
void set_threads(int count);
int threads();

namespace detail {
// Runs task(context, i) once for every i in [0, count). An exception of the lowest i is rethrown
// after all tasks have ended. A call from within a task runs its tasks one after the other.
void run_tasks(int64_t count, void (*task)(const void*, int64_t), const void* context);
}  // namespace detail

// task(i) for every i in [0, count), in any order and at the same time.
template <class Task>
void parallel_for(int64_t count, const Task& task) {
  detail::run_tasks(
      count, [](const void* t, int64_t i) { (*static_cast<const Task*>(t))(i); }, &task);
}

// body(begin, end) over [0, n) cut into ranges of `grain` (the last may be shorter). A single range is
// a plain call: most of a small model's are, and opening a region costs as much as their work.
template <class Body>
void parallel_ranges(int64_t n, int64_t grain, const Body& body) {
  if (n <= grain) {
    if (n > 0) body(int64_t{0}, n);
    return;
  }
  parallel_for((n + grain - 1) / grain,
               [&](int64_t i) { body(i * grain, std::min(n, (i + 1) * grain)); });
}

// The sum of body(begin, end) over the ranges of [0, n), added in the order of the ranges.
template <class Body>
double parallel_sum(int64_t n, int64_t grain, const Body& body) {
  std::vector<double> parts((n + grain - 1) / grain);
  parallel_ranges(n, grain,
                  [&](int64_t begin, int64_t end) { parts[begin / grain] = body(begin, end); });
  double sum = 0;
  for (double part : parts) sum += part;
  return sum;
}

}  // namespace reprise
