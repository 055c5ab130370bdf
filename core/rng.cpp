#include "core/rng.h"

#include <Random123/philox.h>

#include <cmath>
#include <numbers>

#include "core/parallel.h"

namespace reprise {

namespace {

constexpr uint64_t kPlaces = uint64_t{1} << 63;  // counters of derived keys, apart from all indices

double open_unit(uint32_t bits) { return (bits + 0.5) * 0x1p-32; }  // in (0, 1)

// Box and Muller 1958, the cosine branch.
double normal(RandomKey key, uint64_t index, uint64_t attempt) {
  const auto bits = random_bits(key, index, attempt);
  return std::sqrt(-2 * std::log(open_unit(bits[0]))) *
         std::cos(2 * std::numbers::pi * open_unit(bits[1]));
}

template <class Value>
void fill(const Tensor& tensor, const Value& value) {
  real* out = tensor.data<real>();
  parallel_ranges(tensor.numel(), 4096, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) out[i] = static_cast<real>(value(i));
  });
}

}  // namespace

std::array<uint32_t, 4> random_bits(RandomKey key, uint64_t low, uint64_t high) {
  using Philox = r123::Philox4x32;  // ten rounds
  const auto k = key.bits();
  const auto r = Philox()({{static_cast<uint32_t>(low), static_cast<uint32_t>(low >> 32),
                            static_cast<uint32_t>(high), static_cast<uint32_t>(high >> 32)}},
                          {{static_cast<uint32_t>(k), static_cast<uint32_t>(k >> 32)}});
  return {r[0], r[1], r[2], r[3]};
}

RandomKey RandomKey::at(uint64_t place) const {
  const auto bits = random_bits(*this, place, kPlaces);
  return RandomKey(uint64_t{bits[1]} << 32 | bits[0]);
}

uint32_t RandomStream::bits() {
  if (left_ == 0) {
    numbers_ = random_bits(key_, block_++);
    left_ = 4;
  }
  return numbers_[4 - left_--];
}

double RandomStream::uniform() { return bits() * 0x1p-32; }

uint64_t RandomStream::below(uint64_t n) {
  const uint64_t limit = ~uint64_t{0} - ~uint64_t{0} % n;  // a multiple of n
  uint64_t value;
  do {
    value = uint64_t{bits()} << 32;
    value |= bits();
  } while (value >= limit);
  return value % n;
}

void fill_uniform(const Tensor& tensor, RandomKey key, double low, double high) {
  fill(tensor, [&](int64_t i) { return low + (high - low) * open_unit(random_bits(key, i)[0]); });
}

void fill_normal(const Tensor& tensor, RandomKey key, double mean, double deviation) {
  fill(tensor, [&](int64_t i) { return mean + deviation * normal(key, i, 0); });
}

void fill_truncated_normal(const Tensor& tensor, RandomKey key, double mean, double deviation) {
  fill(tensor, [&](int64_t i) {
    double z = normal(key, i, 0);
    for (uint64_t attempt = 1; std::abs(z) > 2; ++attempt) z = normal(key, i, attempt);
    return mean + deviation * z;
  });
}

}  // namespace reprise
