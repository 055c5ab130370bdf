#include "optim/schedule.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string_view>

#include "core/error.h"

namespace reprise {

namespace {

// What is left of the way from the peak down to the end rate, from 1 to 0. All numbers are steps:
// t >= W, the length of the warm-up, and N in all. As doubles they are exact up to 2^53.
using Fall = double (*)(double t, double W, double N, double power);

double linear(double t, double W, double N, double) {
  return std::max(0.0, N - t) / std::max(1.0, N - W);
}

double polynomial(double t, double, double N, double power) {
  return std::pow(1 - std::min(t, N) / std::max(1.0, N), power);
}

double cosine(double t, double W, double N, double) {
  const double done = std::min(1.0, (t - W) / std::max(1.0, N - W));
  return 0.5 * (1 + std::cos(std::numbers::pi * done));
}

double constant(double, double, double, double) { return 1; }

struct Type {
  std::string_view name;
  Fall fall;
};
constexpr std::array<Type, 4> kTypes = {{
    {"constant", constant},
    {"linear", linear},
    {"polynomial", polynomial},
    {"cosine", cosine},
}};

Fall fall_of(const std::string& type) {
  for (const Type& row : kTypes) {
    if (row.name == type) return row.fall;
  }
  throw ConfigError("schedule: there is no type \"{}\"", type);
}

}  // namespace

void ScheduleConfig::fields(Fields& f) {
  f("type", type, "how the rate falls after the warm-up")
      .one_of({"constant", "linear", "polynomial", "cosine"});
  f("warmup_steps", warmup_steps, "updates in which the rate rises from 0 to its peak").at_least(0);
  f("warmup_ratio", warmup_ratio, "the same as a share of all updates, rounded up").between(0, 1);
  if (type == "polynomial") {
    f("power", power, "of the fall: 1 is a straight line, more falls faster at first").above(0);
  }
  if (type != "constant") {
    f("end_learning_rate", end_learning_rate, "rate after the last update").at_least(0);
  }
}

void ScheduleConfig::check(Problems& problems) const {
  if (warmup_ratio && warmup_steps > 0) {
    problems.add("warmup_ratio", "the warm-up has warmup_steps already; give one of the two");
  }
}

int64_t warmup_steps(const ScheduleConfig& schedule, int64_t total) {
  if (!schedule.warmup_ratio) return schedule.warmup_steps;
  return static_cast<int64_t>(std::ceil(*schedule.warmup_ratio * static_cast<double>(total)));
}

double learning_rate(const ScheduleConfig& schedule, double peak, int64_t step, int64_t total) {
  const Fall fall = fall_of(schedule.type);
  if (step < 0 || total < 0) {
    throw UsageError("schedule: step {} of {} doesn't exist", step, total);
  }
  const double t = static_cast<double>(step);
  const int64_t warmup = warmup_steps(schedule, total);
  if (step < warmup) return peak * (t / static_cast<double>(warmup));
  const double left =
      fall(t, static_cast<double>(warmup), static_cast<double>(total), schedule.power);
  const double end = schedule.end_learning_rate;
  return end + (peak - end) * left;
}

}  // namespace reprise
