// Prefetch: a thread that makes the next micro-batches while the current one is computed with.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

#include "data/batch.h"

namespace reprise {

// Batches first, first + 1, …, end - 1 in this order, whatever the timing. The producer runs on the
// thread of this object; a parallel_for in it works on this thread alone while the program uses the others.
class Prefetch {
 public:
  using Producer = std::function<Batch(int64_t number)>;

  // At most `depth` batches wait (at least 1).
  Prefetch(Producer producer, int64_t first, int64_t end, int64_t depth = 2);
  // Returns as soon as the producer has ended the batch it works on.
  ~Prefetch();
  Prefetch(const Prefetch&) = delete;
  Prefetch& operator=(const Prefetch&) = delete;

  // The next batch; waits for it. Rethrows what the producer threw, at the batch where it threw and
  // at every later call. Throws UsageError after the last.
  Batch next();

 private:
  void work(int64_t first, int64_t end);

  const Producer producer_;
  const size_t depth_;
  const int64_t end_;
  int64_t taken_;  // number of the batch that next() gives

  std::mutex mutex_;  // of all below
  std::condition_variable changed_;
  std::deque<Batch> ready_;
  std::exception_ptr error_;
  bool stop_ = false;

  std::thread thread_;  // last: it uses the others
};

}  // namespace reprise
