#include "data/prefetch.h"

#include <algorithm>

#include "core/error.h"

namespace reprise {

Prefetch::Prefetch(Producer producer, int64_t first, int64_t end, int64_t depth)
    : producer_(std::move(producer)),
      depth_(static_cast<size_t>(std::max<int64_t>(1, depth))),
      end_(end),
      taken_(first),
      thread_([this, first, end] { work(first, end); }) {}

Prefetch::~Prefetch() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Prefetch::work(int64_t first, int64_t end) {
  for (int64_t number = first; number < end; ++number) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return stop_ || ready_.size() < depth_; });
      if (stop_) return;
    }
    Batch batch;
    std::exception_ptr error;
    try {
      batch = producer_(number);
    } catch (...) {
      error = std::current_exception();
    }
    {
      std::lock_guard lock(mutex_);
      if (error) {
        error_ = error;
      } else {
        ready_.push_back(std::move(batch));
      }
    }
    changed_.notify_all();
    if (error) return;
  }
}

Batch Prefetch::next() {
  if (taken_ >= end_) throw UsageError("prefetch: all batches before {} have been taken", end_);
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !ready_.empty() || error_; });
  if (ready_.empty()) std::rethrow_exception(error_);
  Batch batch = std::move(ready_.front());
  ready_.pop_front();
  ++taken_;
  lock.unlock();
  changed_.notify_all();
  return batch;
}

}  // namespace reprise
