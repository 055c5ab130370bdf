// Kernels as test cases: each instruction set against the reference, the vector sets against each
// other, any number of threads, and beta. A file makes its kernels cases by instantiating KernelTest.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <ostream>
#include <string>
#include <vector>

#include "core/kernels.h"
#include "core/kernels/isa.h"
#include "core/parallel.h"

namespace reprise::kernels {

using Numbers = std::vector<float>;

inline constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
inline constexpr float kInfinity = std::numeric_limits<float>::infinity();

// n numbers of (-range, range), a function of the seed.
inline Numbers random(int64_t n, uint64_t seed, double range = 1) {
  Numbers x(static_cast<size_t>(n));
  for (int64_t i = 0; i < n; i += 4) {
    const auto bits = random_bits(RandomKey(seed), i);
    for (int64_t j = 0; j < 4 && i + j < n; ++j) {
      x[i + j] = static_cast<float>(range * (bits[j] * 0x1p-31 - 1));
    }
  }
  return x;
}
inline Numbers positive(int64_t n, uint64_t seed) {
  Numbers x = random(n, seed);
  for (float& value : x) value = 0.5f + std::abs(value);
  return x;
}
inline std::vector<int32_t> ids_below(int64_t n, int64_t limit, uint64_t seed) {
  std::vector<int32_t> ids(static_cast<size_t>(n));
  for (int64_t i = 0; i < n; ++i) {
    ids[i] = static_cast<int32_t>(random_bits(RandomKey(seed), i)[0] % limit);
  }
  return ids;
}

// Where a kernel with a beta writes: random numbers, or NaNs, which beta 0 must not read.
inline Numbers destination(int64_t n, float beta) {
  return beta == 0 ? Numbers(static_cast<size_t>(n), kNaN) : random(n, 99);
}

inline void append(Numbers& all, const Numbers& more) { all.insert(all.end(), more.begin(), more.end()); }

inline bool same_bits(const Numbers& a, const Numbers& b) {
  if (a.size() != b.size()) return false;
  return a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

// A kernel on random inputs of [rows, cols]: all of its outputs.
struct Kernel {
  std::string name;
  bool has_beta;
  double tolerance;  // |error| <= tolerance (1 + |reference|)
  std::function<Numbers(int64_t rows, int64_t cols, float beta)> run;

  friend void PrintTo(const Kernel& kernel, std::ostream* out) { *out << kernel.name; }
};

class KernelTest : public testing::TestWithParam<Kernel> {
 protected:
  void TearDown() override {
    set_isa(isa_);
    set_threads(threads_);
  }
  std::vector<float> betas() const {
    return GetParam().has_beta ? Numbers{0, 1, 0.5f} : Numbers{0};
  }

 private:
  const Isa isa_ = isa();
  const int threads_ = threads();
};

inline std::string name_of(const testing::TestParamInfo<Kernel>& kernel) { return kernel.param.name; }

}  // namespace reprise::kernels
