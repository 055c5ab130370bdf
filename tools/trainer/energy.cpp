#include "tools/trainer/energy.h"

#include <filesystem>
#include <fstream>

namespace reprise {

namespace {

constexpr double kJoule = 1e6;  // microjoules

std::optional<double> number_in(const std::string& path) {
  std::ifstream file(path);
  double number = 0;
  if (!(file >> number) || !(number >= 0)) return std::nullopt;
  return number;
}

// "intel-rapl:0" is a package, "intel-rapl:0:1" a part of one.
bool is_package(const std::string& name) {
  const size_t colon = name.find("rapl:");
  return colon != name.npos && name.find(':', colon + 5) == name.npos;
}

}  // namespace

EnergyMeter::EnergyMeter(const std::string& root) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(root, ignored)) {
    const std::string path = entry.path().string(), counter = path + "/energy_uj";
    if (!is_package(entry.path().filename().string())) continue;
    const auto now = number_in(counter), range = number_in(path + "/max_energy_range_uj");
    if (now && range) packages_.push_back({counter, *range, *now});
  }
}

std::optional<double> EnergyMeter::lap() {
  if (packages_.empty()) return std::nullopt;
  double joules = 0;
  for (Package& package : packages_) {
    const auto now = number_in(package.counter);
    if (!now) return std::nullopt;
    const double taken = *now >= package.last ? *now - package.last : *now + package.range - package.last;
    joules += taken / kJoule;
    package.last = *now;
  }
  return joules;
}

}  // namespace reprise
