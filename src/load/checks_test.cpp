#include "load/checks.h"

#include <gtest/gtest.h>

#include <limits>

#include "load/test_world.h"

namespace jetmeter {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string why(const Scenario& scenario) {
  const auto result = check_scenario(scenario);
  return result ? "good" : result.error().what;
}

std::string why(const StopRules& rules) {
  const auto result = check_stop_rules(rules);
  return result ? "good" : result.error().what;
}

Scenario rate(double per_second) {
  return {.kind = ScenarioKind::rate, .per_second = per_second};
}

TEST(CheckScenario, DefaultsAreGood) {
  EXPECT_EQ(why(Scenario{}), "good");
  EXPECT_EQ(why(rate(30)), "good");
  EXPECT_EQ(why(rate(1e-4)), "good");
  EXPECT_EQ(why(rate(1e9)), "good");
}

TEST(CheckScenario, RefusesARateThatIsNone) {
  EXPECT_EQ(why(rate(0)), "'rate' needs a rate between 0.0001 and 1000000000 per second, not 0");
  EXPECT_EQ(why(rate(-30)),
            "'rate' needs a rate between 0.0001 and 1000000000 per second, not -30");
  EXPECT_EQ(why(rate(kNan)),
            "'rate' needs a rate between 0.0001 and 1000000000 per second, not nan");
  EXPECT_EQ(why(rate(kInfinity)),
            "'rate' needs a rate between 0.0001 and 1000000000 per second, not inf");
  EXPECT_EQ(why(rate(1e-300)),
            "'rate' needs a rate between 0.0001 and 1000000000 per second, not 1e-300");
  EXPECT_EQ(why(Scenario{.kind = ScenarioKind::poisson}),
            "'poisson' needs a rate between 0.0001 and 1000000000 per second, not 0");
}

TEST(CheckScenario, RefusesLanesThatAreNone) {
  EXPECT_EQ(why(Scenario{.kind = ScenarioKind::multi, .in_flight = 0}),
            "0 in flight is no load; ask for at least 1");
  EXPECT_EQ(why(Scenario{.kind = ScenarioKind::multi, .in_flight = -2}),
            "-2 in flight is no load; ask for at least 1");
  EXPECT_EQ(why(Scenario{.in_flight = 2}),
            "'single' does one thing at a time, not 2; take 'multi'");
}

TEST(CheckScenario, RefusesQueuesAndDeadlinesThatContradict) {
  auto scenario = rate(30);
  scenario.queue_limit = -1;
  EXPECT_EQ(why(scenario), "a queue cannot hold -1 items; 0 is a queue without a limit");
  scenario.queue_limit = 4;
  EXPECT_EQ(why(scenario), "good");
  scenario.when_busy = WhenBusy::drop;
  EXPECT_EQ(why(scenario),
            "a queue of 4 contradicts 'drop', which has none; take 'queue' or leave the limit out");
  scenario = rate(30);
  scenario.deadline = Nanoseconds(0);
  EXPECT_EQ(why(scenario), "a deadline of 0 ns cannot be kept; give one above 0");
  EXPECT_EQ(why(Scenario{.kind = ScenarioKind::offline, .offline_count = -1}),
            "-1 inferences cannot be done; 0 lets the stop rules decide");
}

TEST(CheckStopRules, RefusesRulesThatContradictEachOther) {
  EXPECT_EQ(why(StopRules{}), "good");
  EXPECT_EQ(why(StopRules{.min_time = ms(2000), .max_time = ms(1000)}),
            "the maximum time of 1.00 s is below the minimum of 2.00 s; raise it");
  EXPECT_EQ(why(StopRules{.min_time = ms(0), .max_time = ms(0)}),
            "the maximum time of 0 ns is below the minimum of 0 ns; raise it");
  EXPECT_EQ(why(StopRules{.min_count = 100, .max_count = 99}),
            "the maximum of 99 inferences is below the minimum of 100; raise it");
  EXPECT_EQ(why(StopRules{.min_count = 0}),
            "a minimum of 0 inferences measures nothing; ask for at least 1");
  EXPECT_EQ(why(StopRules{.min_time = ms(-1000)}), "the minimum time of -1.00 s is below 0");
}

TEST(CheckStopRules, RefusesATargetThatIsNone) {
  EXPECT_EQ(why(StopRules{.median_within_percent = 0.0}),
            "the median cannot be known within 0 %; give a number above 0, such as 1");
  EXPECT_EQ(why(StopRules{.median_within_percent = kNan}),
            "the median cannot be known within nan %; give a number above 0, such as 1");
  EXPECT_EQ(why(StopRules{.median_within_percent = -1.0}),
            "the median cannot be known within -1 %; give a number above 0, such as 1");
}

TEST(RunLoad, RefusesWhatIsWrongBeforeItRuns) {
  TestLoad load;
  TurningTask task(load.clock, ms(1));
  EXPECT_EQ(load.run(rate(0), {}, task).error().what,
            "'rate' needs a rate between 0.0001 and 1000000000 per second, not 0");
  EXPECT_EQ(load.run({}, {.min_count = 0}, task).error().what,
            "a minimum of 0 inferences measures nothing; ask for at least 1");
  EXPECT_EQ(load.run({.kind = ScenarioKind::multi, .in_flight = 3}, {}, task).error().what,
            "3 in flight need as many tasks and sinks, not 1 and 1");
  EXPECT_EQ(run_load({}, {}, {}, {}, load.world()).error().what,
            "1 in flight need as many tasks and sinks, not 0 and 0");
  EXPECT_EQ(task.calls, 0);
}

}  // namespace
}  // namespace jetmeter
