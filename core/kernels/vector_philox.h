// Philox4x32-10 (Salmon et al. 2011) for many counters at once; the same numbers as
// core/rng.h's random_bits. Only for vector.cpp, as vector_math.h.
#pragma once

#include <stdint.h>

namespace reprise::kernels::REPRISE_ISA {
namespace {

inline constexpr int64_t kBatchBlocks = 16;
inline constexpr int64_t kBatch = 8 * kBatchBlocks;  // numbers of 16 bits

// What holds a word of 32 bits. With products of whole 64-bit lanes, words stay in such lanes between
// the rounds, and what a product leaves above them is ignored; otherwise they are packed.
#ifdef __AVX512DQ__
using Word = uint64_t;
#else
using Word = uint32_t;
#endif

// The numbers of the blocks first … first + kBatchBlocks − 1 (below 2^32), in order of block and,
// on these little-endian processors, of memory: word by word, low half first.
inline void random_batch(uint64_t key, uint64_t first, uint64_t place, uint16_t* numbers) {
  const auto low = [](Word word) { return static_cast<uint32_t>(word); };
  uint32_t words[4 * kBatchBlocks];
  for (uint32_t block = 0; block < kBatchBlocks; ++block) {
    Word c0 = static_cast<uint32_t>(first) + block, c1 = 0;
    Word c2 = static_cast<uint32_t>(place), c3 = static_cast<uint32_t>(place >> 32);
    uint32_t k0 = static_cast<uint32_t>(key), k1 = static_cast<uint32_t>(key >> 32);
#pragma GCC unroll 10
    for (int round = 0; round < 10; ++round) {
      const uint64_t p0 = uint64_t{0xD2511F53} * low(c0), p1 = uint64_t{0xCD9E8D57} * low(c2);
      c0 = static_cast<Word>(p1 >> 32) ^ c1 ^ k0;
      c1 = static_cast<Word>(p1);
      c2 = static_cast<Word>(p0 >> 32) ^ c3 ^ k1;
      c3 = static_cast<Word>(p0);
      k0 += 0x9E3779B9;
      k1 += 0xBB67AE85;
    }
    words[4 * block] = low(c0);
    words[4 * block + 1] = low(c1);
    words[4 * block + 2] = low(c2);
    words[4 * block + 3] = low(c3);
  }
  __builtin_memcpy(numbers, words, sizeof words);
}

}  // namespace
}  // namespace reprise::kernels::REPRISE_ISA
