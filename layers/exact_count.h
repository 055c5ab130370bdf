// ExactCount: a whole number whose sums and products throw when they leave the range of int64_t.
#pragma once

#include <cstdint>

#include "core/error.h"

namespace reprise {

class ExactCount {
 public:
  ExactCount(int64_t value) : value_(value) {}  // NOLINT: sizes are counts
  int64_t value() const { return value_; }

  // Throw ConfigError: it is the configured sizes that are too large.
  friend ExactCount operator+(ExactCount a, ExactCount b) {
    int64_t sum = 0;
    if (__builtin_add_overflow(a.value_, b.value_, &sum)) refuse();
    return sum;
  }
  friend ExactCount operator*(ExactCount a, ExactCount b) {
    int64_t product = 0;
    if (__builtin_mul_overflow(a.value_, b.value_, &product)) refuse();
    return product;
  }

 private:
  [[noreturn]] static void refuse() {
    throw ConfigError("the model's sizes come to more than can be counted");
  }

  int64_t value_;
};

}  // namespace reprise
