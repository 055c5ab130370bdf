// Storage: a counted, 64-byte aligned block of memory, taken from a free list.
//
// Note [Free list]
// A training step asks for the same sizes again and again. Blocks are rounded up to one of eight
// sizes per doubling (at most 12.5 % of slack) and kept when released, so that after the first
// steps nothing is asked of the system; a large request may be served by a block that is too large.
// Sanitizer builds define REPRISE_NO_FREE_LIST: every block then comes from the system and goes back, and a use after release is found.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace reprise {

enum class Purpose : uint8_t { weights, gradients, optimizer, activations, other };
inline constexpr int kPurposes = 5;

// The bookkeeping in front of every block. Thread-safe counting; the content is the user's affair.
class alignas(64) Storage {
 public:
  // Throws std::bad_alloc when the system has no more. The content is undefined.
  static Storage* allocate(size_t bytes, Purpose purpose);

  void retain() { references_.fetch_add(1, std::memory_order_relaxed); }
  void release();
  int32_t references() const { return references_.load(std::memory_order_acquire); }

  std::byte* data() { return reinterpret_cast<std::byte*>(this + 1); }
  size_t bytes() const { return bytes_; }

 private:
  friend class FreeList;
  Storage() = default;

  size_t bytes_ = 0;     // asked for
  size_t capacity_ = 0;  // got
  Storage* next_ = nullptr;
  std::atomic<int32_t> references_{1};
  Purpose purpose_ = Purpose::other;
};
static_assert(sizeof(Storage) == 64);

// Shared ownership of a Storage.
class StorageRef {
 public:
  StorageRef() = default;
  explicit StorageRef(Storage* adopted) : storage_(adopted) {}
  StorageRef(const StorageRef& other) : storage_(other.storage_) {
    if (storage_) storage_->retain();
  }
  StorageRef(StorageRef&& other) noexcept : storage_(other.storage_) { other.storage_ = nullptr; }
  StorageRef& operator=(StorageRef other) noexcept {
    std::swap(storage_, other.storage_);
    return *this;
  }
  ~StorageRef() {
    if (storage_) storage_->release();
  }

  Storage* get() const { return storage_; }
  Storage* operator->() const { return storage_; }
  explicit operator bool() const { return storage_ != nullptr; }

 private:
  Storage* storage_ = nullptr;
};

// Bytes in use by tensors, by purpose, and the most that were in use at one time.
struct MemoryUse {
  std::array<int64_t, kPurposes> live{};
  std::array<int64_t, kPurposes> peak{};
  int64_t live_total = 0;
  int64_t peak_total = 0;
  int64_t from_system = 0;           // bytes held from the system, cached blocks included
  int64_t system_allocations = 0;    // calls that the free list could not serve
};
MemoryUse memory_use();
void reset_peak_memory();  // peaks start again from what is live now

}  // namespace reprise
