#include "tools/trainer/quantity.h"

#include <gtest/gtest.h>

#include <limits>

namespace reprise {
namespace {

TEST(Quantity, Grouped) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(-100), "-100");
  EXPECT_EQ(grouped(-1234567), "-1,234,567");
  EXPECT_EQ(grouped(11813810), "11,813,810");
  EXPECT_EQ(grouped(std::numeric_limits<int64_t>::max()), "9,223,372,036,854,775,807");
}

TEST(Quantity, ShortCount) {
  EXPECT_EQ(short_count(0), "0");
  EXPECT_EQ(short_count(999), "999");
  EXPECT_EQ(short_count(1000), "1.0 k");
  EXPECT_EQ(short_count(11813810), "11.8 M");
  EXPECT_EQ(short_count(110106428), "110.1 M");
  EXPECT_EQ(short_count(999'949), "999.9 k");
  EXPECT_EQ(short_count(999'951), "1.0 M");  // not 1000.0 k
  EXPECT_EQ(short_count(std::numeric_limits<int64_t>::max()), "9.2 E");
}

TEST(Quantity, ByteSize) {
  EXPECT_EQ(byte_size(1023), "1023 B");
  EXPECT_EQ(byte_size(1024), "1.0 KiB");
  EXPECT_EQ(byte_size(4 * int64_t{110106428}), "420.0 MiB");
  EXPECT_EQ(byte_size(4 * int64_t{11813810}), "45.1 MiB");
}

TEST(Quantity, Ratio) {
  EXPECT_EQ(ratio(110106428, 11813810), "9.32x");
  EXPECT_EQ(ratio(11813810, 110106428), "0.107x");
  EXPECT_EQ(ratio(7, 7), "1.00x");
  EXPECT_EQ(ratio(335141888, 17683968), "19.0x");
  EXPECT_EQ(ratio(123456, 100), "1235x");
  EXPECT_EQ(ratio(0, 3), "0x");
  EXPECT_EQ(ratio(3, 0), "-");
}

}  // namespace
}  // namespace reprise
