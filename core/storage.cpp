#include "core/storage.h"

#include <sys/single_threaded.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

namespace reprise {

// For sections of a few dozen instructions that two threads hardly ever want at once: in a program with
// threads half the price of a std::mutex. Like that one it costs nothing before the first thread.
class BriefLock {
 public:
  void lock() {
    if (__libc_single_threaded) return;
    while (held_.exchange(true, std::memory_order_acquire)) std::this_thread::yield();
  }
  void unlock() { held_.store(false, std::memory_order_release); }

 private:
  std::atomic<bool> held_{false};
};

// See Note [Free list].
class FreeList {
 public:
  static FreeList& instance() {
    static FreeList* list = new FreeList;  // outlives every static that may hold a tensor
    return *list;
  }

  Storage* take(size_t bytes, Purpose purpose) {
    if (bytes > kLargest) throw std::bad_alloc();
    const auto [index, capacity] = size_class(bytes);
    std::unique_lock lock(lock_);
    Storage* storage = pop(index);
    if (!storage) {
      lock.unlock();  // the system may take its time
      void* memory = std::aligned_alloc(alignof(Storage), sizeof(Storage) + capacity);
      if (!memory) throw std::bad_alloc();
      storage = new (memory) Storage;
      storage->capacity_ = capacity;
      lock.lock();
      use_.from_system += static_cast<int64_t>(capacity);
      ++use_.system_allocations;
    }
    storage->bytes_ = bytes;
    storage->purpose_ = purpose;
    storage->next_ = nullptr;
    storage->references_.store(1, std::memory_order_relaxed);
    count(purpose, static_cast<int64_t>(bytes));
    return storage;
  }

  void give_back(Storage* storage) {
    std::lock_guard lock(lock_);
    count(storage->purpose_, -static_cast<int64_t>(storage->bytes_));
#ifdef REPRISE_NO_FREE_LIST
    free_block(storage);
#else
    Storage*& head = heads_[size_class(storage->capacity_).first];
    storage->next_ = head;
    head = storage;
#endif
  }

  MemoryUse use() {
    std::lock_guard lock(lock_);
    return use_;
  }

  void reset_peak() {
    std::lock_guard lock(lock_);
    use_.peak = use_.live;
    use_.peak_total = use_.live_total;
  }

 private:
  static constexpr size_t kLargest = size_t{1} << 46;  // beyond any machine; keeps sums from overflow

  // Class and capacity for a size: multiples of 64 up to 512, then eight steps per doubling.
  static std::pair<int, size_t> size_class(size_t bytes) {
    if (bytes <= 512) {
      const size_t units = bytes == 0 ? 1 : (bytes + 63) / 64;
      return {static_cast<int>(units - 1), units * 64};
    }
    const int exponent = std::bit_width(bytes - 1) - 1;  // 2^exponent < bytes <= 2^(exponent + 1)
    const size_t step = size_t{1} << (exponent - 3);
    const size_t steps = (bytes - (size_t{1} << exponent) + step - 1) / step;  // 1 … 8
    return {8 + (exponent - 9) * 8 + static_cast<int>(steps - 1),
            (size_t{1} << exponent) + steps * step};
  }

  // A block of this class, or, when there is none and blocks are large, of one that is up to half as
  // large again: after the largest ragged batch, smaller ones make do with its blocks. (With blocks up
  // to four times as large, a process took 8 % more.) Null: none.
  Storage* pop(int index) {
    constexpr int kLarge = 8 + (16 - 9) * 8, kFarthest = 4;  // above 64 KiB; half a doubling
    const int last = index < kLarge ? index : std::min(index + kFarthest, int(heads_.size()) - 1);
    for (int i = index; i <= last; ++i) {
      if (Storage* storage = heads_[i]) {
        heads_[i] = storage->next_;
        return storage;
      }
    }
    return nullptr;
  }

  void count(Purpose purpose, int64_t bytes) {
    const int p = static_cast<int>(purpose);
    use_.live[p] += bytes;
    use_.live_total += bytes;
    use_.peak[p] = std::max(use_.peak[p], use_.live[p]);
    use_.peak_total = std::max(use_.peak_total, use_.live_total);
  }

  void free_block(Storage* storage) {
    use_.from_system -= static_cast<int64_t>(storage->capacity_);
    storage->~Storage();
    std::free(storage);
  }

  BriefLock lock_;
  std::array<Storage*, 8 + (46 - 9 + 1) * 8> heads_{};
  MemoryUse use_;
};

Storage* Storage::allocate(size_t bytes, Purpose purpose) {
  return FreeList::instance().take(bytes, purpose);
}

void Storage::release() {
  // The last holder is alone: nobody else can add a reference or take one off.
  if (references() == 1 || references_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    FreeList::instance().give_back(this);
  }
}

MemoryUse memory_use() { return FreeList::instance().use(); }
void reset_peak_memory() { FreeList::instance().reset_peak(); }

}  // namespace reprise
