#include <gmock/gmock.h>

#include <algorithm>

#include "load/test_world.h"

namespace jetmeter {
namespace {

using ::testing::HasSubstr;

Scenario rate(double per_second, WhenBusy when_busy = WhenBusy::queue) {
  return {.kind = ScenarioKind::rate, .per_second = per_second, .when_busy = when_busy};
}

TEST(Rate, ASystemThatKeepsUpServesEveryItemOnTime) {
  TestLoad load;
  TurningTask task(load.clock, ms(4));
  const auto outcome = load.run(rate(100), {.min_time = ms(3000)}, task);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->stopped_by, StopReason::minimums_met);
  EXPECT_EQ(outcome->ended - outcome->began, ms(3000));
  EXPECT_EQ(outcome->done, 300);
  EXPECT_EQ(outcome->issued, 300);
  EXPECT_EQ(outcome->unserved, 0);
  EXPECT_EQ(outcome->missed_deadline, 0);
  EXPECT_EQ(outcome->awaited, 300);
  EXPECT_EQ(outcome->generator_late, 0);
  for (std::size_t i = 0; i < 300; ++i) {
    const auto& sample = load.sink.samples[i];
    EXPECT_EQ(sample.index, static_cast<std::int64_t>(i));
    EXPECT_EQ(sample.scheduled_ns - outcome->began.count(),
              static_cast<std::int64_t>(i) * 10 * kMs);
    EXPECT_EQ(sample.latency_ns(), 4 * kMs);
    EXPECT_EQ(sample.lateness_ns(), 0);
  }
}

TEST(Rate, ABusySystemDropsEverySecondFrame) {
  TestLoad load;
  TurningTask task(load.clock, ms(15));
  const auto outcome = load.run(rate(100, WhenBusy::drop), {.min_time = ms(3000)}, task);
  EXPECT_EQ(outcome->done, 150);
  EXPECT_EQ(outcome->dropped, 150);
  EXPECT_EQ(outcome->issued, 300);
  EXPECT_EQ(outcome->unserved, 0);
  EXPECT_EQ(outcome->missed_deadline, 150);  // 15 ms is longer than the period
  ASSERT_EQ(load.sink.samples.size(), 300U);
  for (std::size_t i = 0; i < 300; ++i) {
    const auto& sample = load.sink.samples[i];
    EXPECT_EQ(sample.index, static_cast<std::int64_t>(i));
    EXPECT_EQ(sample.outcome, i % 2 == 0 ? Outcome::done : Outcome::dropped);
    EXPECT_EQ(sample.latency_ns(), i % 2 == 0 ? 15 * kMs : 0);
    EXPECT_EQ(sample.scheduled_ns - outcome->began.count(),
              static_cast<std::int64_t>(i) * 10 * kMs);
  }
}

TEST(Rate, AnIdleSystemDropsNothingNotEvenTheFirstFrame) {
  for (const auto creep : {Nanoseconds(1), ms(1), ms(5)}) {  // 5 ms: it starts late
    TestLoad load;
    load.clock.creep = creep;
    TurningTask task(load.clock, ms(4));
    const auto outcome = load.run(rate(20, WhenBusy::drop), {.min_time = ms(1000)}, task);
    EXPECT_EQ(outcome->dropped, 0) << creep.count();
    EXPECT_EQ(outcome->done, 20) << creep.count();
    EXPECT_EQ(load.sink.samples.front().index, 0) << creep.count();
  }
}

TEST(Rate, InAQueueTheLatencyGrows) {
  TestLoad load;
  TurningTask task(load.clock, ms(15));
  const auto outcome = load.run(rate(100), {.min_time = ms(3000)}, task);
  EXPECT_EQ(outcome->done, 200);
  EXPECT_EQ(outcome->dropped, 0);
  EXPECT_EQ(outcome->unserved, 100);  // 300 were due
  EXPECT_EQ(outcome->awaited, 1);     // the first
  ASSERT_EQ(load.sink.samples.size(), 200U);
  for (std::size_t i = 0; i < 200; ++i) {
    const auto n = static_cast<std::int64_t>(i);
    EXPECT_EQ(load.sink.samples[i].index, n);
    EXPECT_EQ(load.sink.samples[i].latency_ns(), (15 + 5 * n) * kMs);
    EXPECT_EQ(load.sink.samples[i].lateness_ns(), 5 * n * kMs);
    EXPECT_EQ(load.sink.samples[i].service_ns(), 15 * kMs);
  }
}

TEST(Rate, AQueueWithALimitDropsWhatComesBeyondIt) {
  TestLoad load;
  TurningTask task(load.clock, ms(30));
  auto scenario = rate(100);
  scenario.queue_limit = 1;
  const auto outcome = load.run(scenario, {.min_time = ms(115), .min_count = 1}, task);
  // Begun: 0 at 0, 1 at 30, 3 at 60, 6 at 90 (what was due at the end of the one before comes too
  // late to be queued before it). While it works, one of three finds room.
  std::vector<std::int64_t> done, dropped;
  for (const auto& sample : load.sink.samples)
    (sample.outcome == Outcome::done ? done : dropped).push_back(sample.index);
  EXPECT_THAT(done, testing::ElementsAre(0, 1, 3, 6));
  EXPECT_THAT(dropped, testing::ElementsAre(2, 4, 5, 7, 8, 10, 11));
  EXPECT_EQ(outcome->unserved, 1);  // 9 waits at 120
  EXPECT_EQ(outcome->issued, 11);
}

TEST(Rate, ALateGeneratorIsChargedToTheSystemAndTold) {
  TestLoad load;
  TurningWaiter late(load.clock, ms(2));
  TurningTask task(load.clock, ms(1));
  Task* const tasks[] = {&task};
  LoadSink* const sinks[] = {&load.sink};
  auto world = load.world();
  world.waiter = &late;
  const auto outcome =
      run_load(rate(100), {.min_time = ms(95), .min_count = 1}, tasks, sinks, world);
  EXPECT_EQ(outcome->awaited, 10);
  EXPECT_EQ(outcome->generator_late, 10);
  EXPECT_EQ(load.sink.samples[4].latency_ns(), 3 * kMs);
  EXPECT_EQ(load.sink.samples[4].lateness_ns(), 2 * kMs);
}

TEST(Rate, WhatWasDueBeforeTheEndIsBegunByALaneThatWakesAfterIt) {
  TestLoad load;
  TurningWaiter late(load.clock, ms(2));
  TurningTask task(load.clock, ms(1));
  Task* const tasks[] = {&task};
  LoadSink* const sinks[] = {&load.sink};
  auto world = load.world();
  world.waiter = &late;
  const auto outcome =
      run_load(rate(100), {.min_time = ms(91), .min_count = 1}, tasks, sinks, world);
  EXPECT_EQ(outcome->done, 10);  // the last was due at 90, began at 92
  EXPECT_EQ(outcome->unserved, 0);
}

TEST(Rate, ADeadlineThatIsGivenReplacesThePeriod) {
  TestLoad load;
  TurningTask task(load.clock, [](std::int64_t call) { return ms(call == 3 ? 3 : 1); });
  auto scenario = rate(100);
  scenario.deadline = ms(2);
  const auto outcome = load.run(scenario, {.min_time = ms(100), .min_count = 1}, task);
  EXPECT_EQ(outcome->missed_deadline, 1);
}

TEST(Rate, TheMaximumTimeEndsASlowCamera) {
  TestLoad load;
  TurningTask task(load.clock, ms(1));
  const auto outcome =
      load.run(rate(1), {.min_time = ms(1000), .min_count = 10, .max_time = ms(2500)}, task);
  EXPECT_EQ(outcome->stopped_by, StopReason::max_time);
  EXPECT_EQ(outcome->done, 3);
  EXPECT_EQ(outcome->ended - outcome->began, ms(2500));
}

TEST(Rate, TheMaximumCountEndsItAfterItsLastItem) {
  TestLoad load;
  TurningTask task(load.clock, ms(1));
  const auto outcome =
      load.run(rate(100), {.min_time = ms(1000), .min_count = 1, .max_count = 7}, task);
  EXPECT_EQ(outcome->stopped_by, StopReason::max_count);
  EXPECT_EQ(outcome->done, 7);
  EXPECT_EQ(outcome->unserved, 0);
  EXPECT_EQ(outcome->ended - outcome->began, ms(61));
}

TEST(Rate, StopsWhileItWaits) {
  TestLoad load;
  TurningTask task(load.clock, [&](std::int64_t call) {
    if (call == 1) load.stop = true;
    return ms(1);
  });
  const auto outcome = load.run(rate(100), {}, task);
  EXPECT_EQ(outcome->stopped_by, StopReason::interrupted);
  EXPECT_EQ(outcome->done, 2);
  EXPECT_EQ(outcome->unserved, 0);
}

// As the machine's own waiter: in steps, so that the lane can look around.
class SteppingWaiter final : public Waiter {
 public:
  explicit SteppingWaiter(TurnedClock& clock) : clock_(clock) {}
  void wait_until(const Clock& clock, Nanoseconds until) override {
    clock_.set(std::min(until, clock.monotonic() + ms(20)));
  }

 private:
  TurnedClock& clock_;
};

TEST(Rate, ALaneThatWaitsForLongSaysSoAndNotShortlyBeforeItsWork) {
  TestLoad load;
  SteppingWaiter waiter(load.clock);
  TurningTask task(load.clock, ms(4));
  std::vector<Nanoseconds> told;
  auto world = load.world();
  world.waiter = &waiter;
  world.waits = [&] { told.push_back(load.clock.monotonic()); };
  Task* const tasks[] = {&task};
  LoadSink* const sinks[] = {&load.sink};
  const auto outcome =
      run_load(rate(0.5), {.min_time = ms(0), .min_count = 2}, tasks, sinks, world);
  ASSERT_EQ(outcome.value().done, 2);
  EXPECT_GE(told.size(), 95U) << "two seconds, in steps of 20 ms";
  const auto second = Nanoseconds(load.sink.samples[1].scheduled_ns);
  for (const auto at : told) EXPECT_GT(second - at, ms(5));
}

TEST(Rate, AFailingTaskEndsIt) {
  TestLoad load;
  TurningTask task(load.clock, ms(1));
  task.fails_at = 2;
  const auto outcome = load.run(rate(100, WhenBusy::drop), {}, task);
  EXPECT_EQ(outcome->stopped_by, StopReason::failed);
  EXPECT_EQ(outcome->done, 2);
  EXPECT_EQ(outcome->issued, 3);
  EXPECT_EQ(outcome->error->what, "the runtime refused");
}

TEST(Rate, AClockThatStepsBackDelaysNothingForEver) {
  TestLoad load;
  TurningTask task(load.clock, [](std::int64_t call) { return ms(call == 2 ? -4000 : 4); });
  const auto outcome = load.run(rate(100), {.min_time = ms(100)}, task);
  EXPECT_EQ(outcome->clock_steps_back, 1);
  EXPECT_EQ(outcome->done, 10);
  EXPECT_EQ(outcome->ended - outcome->began, ms(100));
  EXPECT_EQ(load.sink.samples[2].latency_ns(), 0);
  EXPECT_EQ(load.sink.samples[3].latency_ns(), 4 * kMs);
}

TEST(Rate, SaysHowItWaits) {
  TestLoad load;
  TurningTask task(load.clock, ms(1));
  EXPECT_EQ(load.run(rate(100), {.min_time = ms(100)}, task)->waiting, "");  // a waiter was given
}

TEST(Poisson, LatencyCountsFromTheSchedule) {
  TestLoad load;
  TurningTask task(load.clock, ms(5));
  const Scenario scenario{.kind = ScenarioKind::poisson, .per_second = 100, .seed = 42};
  const auto outcome = load.run(scenario, {.min_time = ms(10'000)}, task);
  const auto due = arrival_schedule(scenario, ms(60'000), 2'000'000);
  ASSERT_GT(load.sink.samples.size(), 800U);
  std::int64_t free_at = 0;
  for (std::size_t i = 0; i < load.sink.samples.size(); ++i) {
    const auto begins = std::max(free_at, due[i].count());  // Lindley's recursion
    free_at = begins + 5 * kMs;
    EXPECT_EQ(load.sink.samples[i].scheduled_ns, outcome->began.count() + due[i].count());
    EXPECT_EQ(load.sink.samples[i].latency_ns(), free_at - due[i].count());
  }
  EXPECT_EQ(outcome->missed_deadline, 0);  // none was given
}

TEST(Poisson, TheSameSeedMakesTheSameLoad) {
  const Scenario scenario{.kind = ScenarioKind::poisson, .per_second = 50, .seed = 7};
  std::vector<std::int64_t> latencies[2];
  for (auto& run : latencies) {
    TestLoad load;
    TurningTask task(load.clock, ms(12));
    ASSERT_TRUE(load.run(scenario, {.min_time = ms(2000)}, task));
    for (const auto& sample : load.sink.samples) run.push_back(sample.latency_ns());
  }
  EXPECT_EQ(latencies[0], latencies[1]);
}

}  // namespace
}  // namespace jetmeter
