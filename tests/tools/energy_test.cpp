#include "tools/trainer/energy.h"

#include <gtest/gtest.h>

#include "tests/tools/temporary_folder.h"

namespace reprise {
namespace {

void write_counter(const TemporaryFolder& folder, const std::string& zone, const std::string& microjoules) {
  folder.write(zone + "/energy_uj", microjoules + "\n");
  folder.write(zone + "/max_energy_range_uj", "10000000\n");
}

TEST(EnergyMeter, AddsThePackagesAndLeavesOutTheirParts) {
  const TemporaryFolder folder;
  write_counter(folder, "intel-rapl:0", "1000000");
  write_counter(folder, "intel-rapl:0:0", "5");
  write_counter(folder, "intel-rapl:1", "2000000");
  EnergyMeter meter(folder.path());
  write_counter(folder, "intel-rapl:0", "4000000");
  write_counter(folder, "intel-rapl:0:0", "900000");
  write_counter(folder, "intel-rapl:1", "2500000");
  EXPECT_DOUBLE_EQ(meter.lap().value(), 3.5);
  EXPECT_DOUBLE_EQ(meter.lap().value(), 0);
}

TEST(EnergyMeter, GoesOnWhenACounterStartsAgain) {
  const TemporaryFolder folder;
  write_counter(folder, "intel-rapl:0", "9000000");
  EnergyMeter meter(folder.path());
  write_counter(folder, "intel-rapl:0", "500000");
  EXPECT_DOUBLE_EQ(meter.lap().value(), 1.5);
}

TEST(EnergyMeter, HasNothingToSayWhereNothingCanBeRead) {
  const TemporaryFolder folder;
  EXPECT_FALSE(EnergyMeter(folder / "missing").lap());
  folder.write("intel-rapl:0/energy_uj", "nonsense");
  EXPECT_FALSE(EnergyMeter(folder.path()).lap());
}

}  // namespace
}  // namespace reprise
