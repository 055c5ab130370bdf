// Random numbers as a function of (key, index): no state, nothing to store, the same on any thread.
//
// A key names a place ("the dropout of layer 3 in step 40"); an index names a number at that place.
// Generator: Philox4x32-10, Salmon et al. 2011, from Random123.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <utility>

#include "core/tensor.h"

namespace reprise {

class RandomKey {
 public:
  RandomKey() = default;
  explicit RandomKey(uint64_t seed) : bits_(seed) {}

  // The key of a place within this one. at(a).at(b) and at(b).at(a) differ.
  RandomKey at(uint64_t place) const;
  uint64_t bits() const { return bits_; }

 private:
  uint64_t bits_ = 0;
};

// The four 32-bit numbers with index (high, low) at the key's place.
std::array<uint32_t, 4> random_bits(RandomKey key, uint64_t low, uint64_t high = 0);

// The numbers of one place in order, for code that draws a varying count of them (masking, packing).
// Make one per example; never keep one across examples.
class RandomStream {
 public:
  explicit RandomStream(RandomKey key) : key_(key) {}

  uint32_t bits();
  double uniform();              // in [0, 1), 32 bits
  uint64_t below(uint64_t n);    // in [0, n), without bias; n > 0
  template <class T>
  void shuffle(std::span<T> items) {
    for (uint64_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

 private:
  RandomKey key_;
  uint64_t block_ = 0;
  std::array<uint32_t, 4> numbers_{};
  int left_ = 0;
};

// Element i is a function of (key, i) alone.
void fill_uniform(const Tensor& tensor, RandomKey key, double low, double high);
void fill_normal(const Tensor& tensor, RandomKey key, double mean, double deviation);
// Redrawn until within two deviations, as TensorFlow's truncated_normal.
void fill_truncated_normal(const Tensor& tensor, RandomKey key, double mean, double deviation);

}  // namespace reprise
