// PieceTrie: strings and their numbers, found byte by byte; the longest one that a text begins with
// takes a single walk, however many begin alike.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace reprise {

class PieceTrie {
 public:
  static constexpr int32_t kRoot = 0, kNone = -1;

  PieceTrie();

  void add(std::string_view text, int32_t value);

  // The node reached from `node` by a byte; kNone when nothing goes on that way.
  int32_t step(int32_t node, uint8_t byte) const {
    const uint32_t key = key_of(node, byte);
    for (size_t slot = home(key);; slot = (slot + 1) & (keys_.size() - 1)) {
      if (keys_[slot] == key) return nodes_[slot];
      if (keys_[slot] == kFree) return kNone;
    }
  }
  // The node reached from the root by a text, kNone when there is none.
  int32_t find(std::string_view text) const;
  // The value of the string that ends at a node, kNone when none does.
  int32_t value(int32_t node) const { return values_[static_cast<size_t>(node)]; }

 private:
  static constexpr uint32_t kFree = UINT32_MAX;

  static uint32_t key_of(int32_t node, uint8_t byte) {
    return static_cast<uint32_t>(node) << 8 | byte;
  }
  // By Fibonacci hashing: keys of neighbouring nodes differ in few bits.
  size_t home(uint32_t key) const { return key * 0x9E3779B1u >> shift_; }
  void insert(uint32_t key, int32_t node);
  void grow();

  // Open addressing: the edges, by node and byte. The size is a power of two, at least half of it
  // free.
  std::vector<uint32_t> keys_;
  std::vector<int32_t> nodes_;
  int shift_;
  std::vector<int32_t> values_;  // by node
};

}  // namespace reprise
