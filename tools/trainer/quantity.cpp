#include "tools/trainer/quantity.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace reprise {

namespace {

// One decimal and the largest unit that leaves 1 or more in front, after rounding.
std::string scaled(int64_t n, double step, const std::array<std::string_view, 7>& units) {
  double value = static_cast<double>(n);
  size_t unit = 0;
  for (; unit + 1 < units.size() && std::abs(value) >= (unit == 0 ? step : step - 0.05); ++unit) {
    value /= step;
  }
  return unit == 0 ? fmt::format("{}{}", n, units[0]) : fmt::format("{:.1f}{}", value, units[unit]);
}

}  // namespace

std::string grouped(int64_t n) {
  std::string digits = fmt::format("{}", n);
  const int first = n < 0 ? 1 : 0;
  for (int at = static_cast<int>(digits.size()) - 3; at > first; at -= 3) digits.insert(at, 1, ',');
  return digits;
}

std::string short_count(int64_t n) {
  return scaled(n, 1000, {"", " k", " M", " G", " T", " P", " E"});
}

std::string byte_size(int64_t bytes) {
  return scaled(bytes, 1024, {" B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"});
}

std::string ratio(int64_t a, int64_t b) {
  if (b == 0) return "-";
  const double quotient = static_cast<double>(a) / static_cast<double>(b);
  if (quotient == 0) return "0x";
  const int magnitude = static_cast<int>(std::floor(std::log10(std::abs(quotient))));
  return fmt::format("{:.{}f}x", quotient, std::clamp(2 - magnitude, 0, 6));
}

std::string short_duration(double seconds) {
  if (seconds < 90) return fmt::format("{:.0f} s", seconds);
  if (seconds < 5400) return fmt::format("{:.0f} min", seconds / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

}  // namespace reprise
