// EnergyMeter: what the processor says that it took, where it says so: Linux's powercap, RAPL.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace reprise {

class EnergyMeter {
 public:
  // `root` is where the system has its counters.
  explicit EnergyMeter(const std::string& root = "/sys/class/powercap");

  // Joules of all processor packages since the last call, or since the meter was made; nothing where they
  // can't be read (a virtual machine, or no permission).
  std::optional<double> lap();

 private:
  struct Package {
    std::string counter;  // a file of microjoules, which starts again from 0 after `range`
    double range;
    double last;
  };
  std::vector<Package> packages_;
};

}  // namespace reprise
