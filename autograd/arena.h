// Arena: memory for the closures of one tape, handed out in a row and all taken back at once.
//
// A closure per op on the heap costs more than the rest of recording; here it costs an addition.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace reprise {

class Arena {
 public:
  // Memory until `reset`. Whoever puts objects there destroys them.
  void* take(size_t bytes, size_t alignment) {
    used_ = (used_ + alignment - 1) / alignment * alignment;
    if (bytes > kBlock) return take_large(bytes);
    if (block_ >= blocks_.size() || used_ + bytes > kBlock) next_block();
    std::byte* memory = blocks_[block_].get() + used_;
    used_ += bytes;
    return memory;
  }

  void reset() {
    block_ = used_ = 0;
    large_.clear();
  }

 private:
  static constexpr size_t kBlock = 64 * 1024;

  void next_block();
  void* take_large(size_t bytes);  // a block by itself: the list of an op's twenty thousand inputs

  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  std::vector<std::unique_ptr<std::byte[]>> large_;
  size_t block_ = 0;
  size_t used_ = 0;
};

}  // namespace reprise
