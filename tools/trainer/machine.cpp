#include "tools/trainer/machine.h"

#include <sys/resource.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <limits>
#include <memory>

namespace reprise {

namespace {

constexpr int64_t kNone = std::numeric_limits<int64_t>::max();

// The first number in a file of the system that stands where scanf's `format` wants it; kNone when none does.
int64_t system_number(const char* path, const char* format) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path, "re"), std::fclose);
  char line[256];
  while (file && std::fgets(line, sizeof line, file.get())) {
    int64_t number = 0;
    if (std::sscanf(line, format, &number) == 1) return number;
  }
  return kNone;
}

// What the control group still allows, kNone without a limit. Its use counts files in memory, which it would drop.
int64_t left_to_control_group() {
  const int64_t limit = system_number("/sys/fs/cgroup/memory.max", "%" SCNd64);
  const int64_t used = system_number("/sys/fs/cgroup/memory.current", "%" SCNd64);
  const int64_t files = system_number("/sys/fs/cgroup/memory.stat", "file %" SCNd64);
  if (limit == kNone || used == kNone) return limit;
  return std::max<int64_t>(0, limit - used + (files == kNone ? 0 : files));
}

}  // namespace

int64_t available_memory() {
  const int64_t free_kib = system_number("/proc/meminfo", "MemAvailable: %" SCNd64);
  const int64_t free = free_kib > kNone / 1024 ? kNone : free_kib * 1024;
  return std::min(free, left_to_control_group());
}

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) return line.substr(std::min(line.find(':') + 2, line.size()));
  }
  return "a processor that doesn't say its name";
}

int64_t peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return int64_t{usage.ru_maxrss} * 1024;  // Linux counts kibibytes
}

}  // namespace reprise
