#include "optim/schedule.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace reprise {
namespace {

ScheduleConfig schedule_of(const std::string& type, int64_t warmup_steps) {
  ScheduleConfig schedule;
  schedule.type = type;
  schedule.warmup_steps = warmup_steps;
  return schedule;
}

TEST(ScheduleTest, AllTypesRiseFromZeroInTheWarmUp) {
  for (const char* type : {"constant", "linear", "polynomial", "cosine"}) {
    ScheduleConfig schedule = schedule_of(type, 4);
    schedule.end_learning_rate = 0.5;  // is where the fall ends, not where the rise starts
    EXPECT_EQ(learning_rate(schedule, 2, 0, 20), 0) << type;
    EXPECT_DOUBLE_EQ(learning_rate(schedule, 2, 1, 20), 0.5) << type;
    EXPECT_DOUBLE_EQ(learning_rate(schedule, 2, 3, 20), 1.5) << type;
  }
}

TEST(ScheduleTest, ConstantStays) {
  const ScheduleConfig schedule = schedule_of("constant", 0);
  for (int64_t step : {0, 1, 19, 20, 100}) EXPECT_EQ(learning_rate(schedule, 2, step, 20), 2);
}

TEST(ScheduleTest, LinearIsHuggingFaces) {
  const ScheduleConfig schedule = schedule_of("linear", 4);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 2e-3, 4, 20), 2e-3);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 2e-3, 12, 20), 1e-3);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 2e-3, 19, 20), 2e-3 / 16);
  EXPECT_EQ(learning_rate(schedule, 2e-3, 20, 20), 0);
  EXPECT_EQ(learning_rate(schedule, 2e-3, 25, 20), 0);
}

TEST(ScheduleTest, PolynomialJumpsDownAfterTheWarmUpAsGooglesDoes) {
  const ScheduleConfig schedule = schedule_of("polynomial", 3125);
  EXPECT_NEAR(learning_rate(schedule, 1.76e-3, 3124, 125000), 1.7594368e-3, 1e-12);
  EXPECT_NEAR(learning_rate(schedule, 1.76e-3, 3125, 125000), 1.716e-3, 1e-12);
  EXPECT_EQ(learning_rate(schedule, 1.76e-3, 125000, 125000), 0);
  EXPECT_EQ(learning_rate(schedule, 1.76e-3, 125001, 125000), 0);
}

TEST(ScheduleTest, PolynomialHasAPowerAndAnEnd) {
  ScheduleConfig schedule = schedule_of("polynomial", 0);
  schedule.power = 2;
  schedule.end_learning_rate = 0.2;
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 1, 0, 10), 1);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 1, 5, 10), 0.2 + 0.8 * 0.25);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 1, 10, 10), 0.2);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 1, 99, 10), 0.2);
}

TEST(ScheduleTest, CosineIsHuggingFaces) {
  const ScheduleConfig schedule = schedule_of("cosine", 4);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 1, 4, 20), 1);
  EXPECT_NEAR(learning_rate(schedule, 1, 8, 20), 0.85355339059327373, 1e-15);  // ½ (1 + cos 45°)
  EXPECT_NEAR(learning_rate(schedule, 1, 12, 20), 0.5, 1e-15);
  EXPECT_NEAR(learning_rate(schedule, 1, 20, 20), 0, 1e-15);
  EXPECT_NEAR(learning_rate(schedule, 1, 30, 20), 0, 1e-15);  // and doesn't rise again
}

TEST(ScheduleTest, WarmUpCanBeAShare) {
  ScheduleConfig schedule = schedule_of("linear", 0);
  schedule.warmup_ratio = 0.1;
  EXPECT_EQ(warmup_steps(schedule, 40), 4);
  EXPECT_EQ(warmup_steps(schedule, 41), 5);
  EXPECT_EQ(warmup_steps(schedule, 0), 0);
  EXPECT_DOUBLE_EQ(learning_rate(schedule, 1, 2, 40), 0.5);
}

TEST(ScheduleTest, TakesRunsShorterThanTheirWarmUp) {
  for (const char* type : {"constant", "linear", "polynomial", "cosine"}) {
    EXPECT_DOUBLE_EQ(learning_rate(schedule_of(type, 100), 1, 3, 4), 0.03);
    EXPECT_GE(learning_rate(schedule_of(type, 0), 1, 0, 0), 0);
    EXPECT_GE(learning_rate(schedule_of(type, 4), 1, 4, 4), 0);
  }
}

TEST(ScheduleTest, RefusesWhatDoesNotExist) {
  EXPECT_THROW(learning_rate(schedule_of("exponential", 0), 1, 0, 1), ConfigError);
  EXPECT_THROW(learning_rate(schedule_of("linear", 0), 1, -1, 1), UsageError);
  EXPECT_THROW(learning_rate(schedule_of("linear", 0), 1, 0, -1), UsageError);
}

ScheduleConfig read(const std::string& text) {
  return bind<ScheduleConfig>(parse_config(text, "test.json"));
}

TEST(ScheduleConfigTest, ReadsWhatWasWritten) {
  const ScheduleConfig schedule = read(
      R"({"type": "polynomial", "warmup_ratio": 0.25, "power": 2, "end_learning_rate": 0.125})");
  EXPECT_EQ(schedule.type, "polynomial");
  EXPECT_EQ(schedule.warmup_ratio, 0.25);
  EXPECT_EQ(schedule.power, 2);
  EXPECT_EQ(schedule.end_learning_rate, 0.125);
  EXPECT_EQ(read(R"({"warmup_steps": 7})").warmup_steps, 7);
}

TEST(ScheduleConfigTest, KnowsTheTypesThatThereAre) {
  for (const char* type : {"constant", "linear", "polynomial", "cosine"}) {
    const ScheduleConfig schedule = read(fmt::format(R"({{"type": "{}"}})", type));
    EXPECT_NO_THROW(learning_rate(schedule, 1, 0, 1));
  }
}

TEST(ScheduleConfigTest, RefusesWhatCannotBe) {
  for (const char* text :
       {R"({"type": "exponential"})", R"({"warmup_steps": -1})", R"({"warmup_ratio": 1.5})",
        R"({"warmup_steps": 1, "warmup_ratio": 0.1})", R"({"type": "polynomial", "power": 0})",
        R"({"type": "linear", "power": 2})", R"({"end_learning_rate": -1})",
        R"({"type": "constant", "end_learning_rate": 0})"}) {
    EXPECT_THROW(read(text), ConfigError) << text;
  }
}

}  // namespace
}  // namespace reprise
