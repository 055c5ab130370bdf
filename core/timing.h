// Measuring time: a stopwatch, and what a thing typically takes.
#pragma once

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace reprise {

// By a clock that nobody sets.
class Stopwatch {
 public:
  // Seconds since the last lap, or since it was made.
  double lap() {
    const Clock::time_point now = Clock::now();
    return std::chrono::duration<double>(now - std::exchange(last_, now)).count();
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point last_ = Clock::now();
};

// The middle of measured numbers: what one slow run, while something else had the processor, can't
// move. Of an even count, the mean of the two in the middle. `numbers` is not empty.
inline double median(std::vector<double> numbers) {
  std::ranges::sort(numbers);
  const size_t half = numbers.size() / 2;
  return numbers.size() % 2 == 1 ? numbers[half] : (numbers[half - 1] + numbers[half]) / 2;
}

// Seconds of run(): the median of up to 15 runs after one that doesn't count; of five if they take
// long.
template <class Run>
double typical_seconds(const Run& run) {
  constexpr size_t kMost = 15, kFewest = 5;
  constexpr double kEnough = 1;  // seconds
  run();
  std::vector<double> times;
  for (double spent = 0; times.size() < kMost && (times.size() < kFewest || spent < kEnough);) {
    Stopwatch watch;
    run();
    times.push_back(watch.lap());
    spent += times.back();
  }
  return median(std::move(times));
}

}  // namespace reprise
