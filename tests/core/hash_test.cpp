#include "core/hash.h"

#include <gtest/gtest.h>

namespace reprise {

// Values of xxhsum -H2, xxhash 0.8.1.
TEST(Hash, IsXxh3WithItsHighHalfFirst) {
  EXPECT_EQ(hash_of(""), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(hash_of("abc"), "06b05ab6733a618578af5f94892f3950");
}

TEST(Hash, PiecesGiveTheHashOfTheWhole) {
  const std::string text(10'000, 'x');
  Hasher hasher;
  for (size_t at = 0; at < text.size(); at += 999) {
    hasher.update(
        std::as_bytes(std::span(text).subspan(at, std::min<size_t>(999, text.size() - at))));
  }
  EXPECT_EQ(hasher.hex(), hash_of(text));
}

}  // namespace reprise
