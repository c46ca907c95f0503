#include <gmock/gmock.h>

#include <stdexcept>

#include "load/load_loops.h"
#include "load/test_world.h"

namespace jetmeter {
namespace {

using ::testing::HasSubstr;

TEST(Single, StopsWhenBothMinimumsAreReached) {
  TestLoad load;
  TurningTask task(load.clock, ms(7));
  const auto began = load.clock.monotonic();
  const auto outcome = load.run({}, {.min_time = ms(100), .min_count = 3}, task);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->stopped_by, StopReason::minimums_met);
  EXPECT_EQ(outcome->done, 15);  // 14 are 98 ms
  EXPECT_EQ(outcome->issued, 15);
  EXPECT_EQ(outcome->dropped, 0);
  EXPECT_EQ(outcome->missed_deadline, 0);
  EXPECT_EQ(outcome->began, began);
  EXPECT_EQ(outcome->ended - outcome->began, ms(105));
  EXPECT_EQ(outcome->stop_sentence,
            "stopped after 105 ms and 15 inferences: the minimum of 100 ms and of 3 inferences is "
            "reached");
  EXPECT_FALSE(outcome->median_within_percent);
  EXPECT_FALSE(outcome->error);
  EXPECT_EQ(outcome->waiting, "");
}

// After every third piece of work somebody else has the machine for 40 ms.
class EveryThird final : public Turns {
 public:
  explicit EveryThird(TurnedClock& clock) : clock_(clock) {}
  bool after_work(Nanoseconds now) override {
    last_ = now;
    if (++works % 3 != 0) return false;
    clock_.turn(ms(40));
    return true;
  }
  int works = 0;
  Nanoseconds last_{0};

 private:
  TurnedClock& clock_;
};

TEST(Single, TheTurnsOfOthersCountForNoRuleAndNoRate) {
  TestLoad load;
  EveryThird turns(load.clock);
  TurningTask task(load.clock, ms(10));
  auto world = load.world();
  world.turns = &turns;
  Task* const tasks[] = {&task};
  LoadSink* const sinks[] = {&load.sink};
  const StopRules rules{.min_time = ms(100), .min_count = 1, .max_time = ms(120)};
  const auto outcome = run_load({}, rules, tasks, sinks, world);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->stopped_by, StopReason::minimums_met);
  EXPECT_EQ(outcome->done, 10);
  EXPECT_EQ(turns.works, 10);
  EXPECT_EQ(outcome->of_others, ms(120));
  EXPECT_EQ(outcome->ended - outcome->began, ms(220));
  EXPECT_EQ(outcome->measured(), ms(100));
  EXPECT_THAT(outcome->stop_sentence, HasSubstr("stopped after 100 ms and 10 inferences"));
  EXPECT_EQ(turns.last_.count(), load.sink.samples.back().ended_ns);
  for (const auto& sample : load.sink.samples) EXPECT_EQ(sample.latency_ns(), 10 * kMs);
}

TEST(Single, TurnsAreForOneLaneThatNothingIsDueIn) {
  TestLoad load;
  EveryThird turns(load.clock);
  TurningTask task(load.clock, ms(10));
  auto world = load.world();
  world.turns = &turns;
  Task* const tasks[] = {&task};
  LoadSink* const sinks[] = {&load.sink};
  const Scenario rate{.kind = ScenarioKind::rate, .per_second = 10};
  const auto refused = run_load(rate, {}, tasks, sinks, world);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("'rate' cannot be measured in turn"));
}

TEST(Single, GoesOnUntilTheMinimumCount) {
  TestLoad load;
  TurningTask task(load.clock, ms(7));
  const auto outcome = load.run({}, {.min_time = ms(1), .min_count = 10}, task);
  EXPECT_EQ(outcome->done, 10);
  EXPECT_EQ(outcome->stopped_by, StopReason::minimums_met);
}

TEST(Single, TellsTheTimesOfEverySample) {
  TestLoad load;
  TurningTask task(load.clock, [](std::int64_t call) { return ms(call + 1); });
  const auto outcome = load.run({}, {.min_time = ms(0), .min_count = 3}, task);
  ASSERT_EQ(load.sink.samples.size(), 3U);
  auto at = outcome->began.count();
  for (int i = 0; i < 3; ++i) {
    const auto& sample = load.sink.samples[static_cast<std::size_t>(i)];
    EXPECT_EQ(sample.index, i);
    EXPECT_EQ(sample.lane, 0);
    EXPECT_EQ(sample.outcome, Outcome::done);
    EXPECT_EQ(sample.scheduled_ns, at);
    EXPECT_EQ(sample.began_ns, at);
    EXPECT_EQ(sample.latency_ns(), (i + 1) * kMs);
    EXPECT_EQ(sample.service_ns(), (i + 1) * kMs);
    EXPECT_EQ(sample.lateness_ns(), 0);
    EXPECT_EQ(sample.stages.get(Stage::compute), ms(i + 1));
    EXPECT_FALSE(sample.stages.get(Stage::enqueue));
    at = sample.ended_ns;
  }
}

TEST(Single, StopsAtTheMaximumTimeAndSaysWhatIsMissing) {
  TestLoad load;
  TurningTask task(load.clock, ms(400));
  const auto outcome =
      load.run({}, {.min_time = ms(500), .min_count = 10, .max_time = ms(1000)}, task);
  EXPECT_EQ(outcome->stopped_by, StopReason::max_time);
  EXPECT_EQ(outcome->done, 3);
  EXPECT_EQ(outcome->stop_sentence,
            "stopped after 1.20 s and 3 inferences: the maximum of 1.00 s came before the minimum "
            "of 10 inferences");
}

TEST(Single, StopsAtTheMaximumCountAndSaysWhatIsMissing) {
  TestLoad load;
  TurningTask task(load.clock, ms(1));
  const auto outcome = load.run({}, {.min_time = ms(500), .min_count = 1, .max_count = 20}, task);
  EXPECT_EQ(outcome->stopped_by, StopReason::max_count);
  EXPECT_EQ(outcome->done, 20);
  EXPECT_EQ(outcome->stop_sentence,
            "stopped after 20.0 ms and 20 inferences: the maximum of 20 inferences came before the "
            "minimum of 500 ms");
}

TEST(Single, CountsMissedDeadlinesWhereOneIsGiven) {
  TestLoad load;
  TurningTask task(load.clock, [](std::int64_t call) { return ms(call % 5 == 0 ? 9 : 8); });
  const auto outcome = load.run({.deadline = ms(8)}, {.min_time = ms(0), .min_count = 10}, task);
  EXPECT_EQ(outcome->missed_deadline, 2);
}

TEST(Single, AFailingTaskEndsTheLoadAndKeepsWhatWasBefore) {
  TestLoad load;
  TurningTask task(load.clock, ms(1));
  task.fails_at = 4;
  const auto outcome = load.run({}, {.min_time = ms(0), .min_count = 100}, task);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->stopped_by, StopReason::failed);
  EXPECT_EQ(outcome->done, 4);
  EXPECT_EQ(outcome->issued, 5);
  EXPECT_EQ(load.sink.samples.size(), 4U);
  ASSERT_TRUE(outcome->error);
  EXPECT_EQ(outcome->error->what, "the runtime refused");
  EXPECT_EQ(outcome->stop_sentence,
            "stopped after 5.00 ms and 4 inferences: one failed: the runtime refused");
}

TEST(Single, AnExceptionIsAFailure) {
  TestLoad load;
  TurningTask task(load.clock, [](std::int64_t call) {
    if (call == 2) throw std::runtime_error("out of device memory");
    return ms(1);
  });
  const auto outcome = load.run({}, {.min_time = ms(0), .min_count = 100}, task);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->stopped_by, StopReason::failed);
  EXPECT_EQ(outcome->done, 2);
  EXPECT_EQ(outcome->issued, 3);
  EXPECT_EQ(outcome->error->what, "it threw: out of device memory");
}

TEST(Single, WhatIsNoExceptionIsAFailureToo) {
  TestLoad load;
  TurningTask task(load.clock, [](std::int64_t) -> Nanoseconds { throw 7; });
  const auto outcome = load.run({}, {}, task);
  EXPECT_EQ(outcome->error->what, "it threw something that is not an exception");
  EXPECT_EQ(outcome->done, 0);
}

TEST(Single, FinishesTheWorkInFlightWhenItIsStopped) {
  TestLoad load;
  TurningTask task(load.clock, [&](std::int64_t call) {
    if (call == 3) load.stop = true;
    return ms(1);
  });
  const auto outcome = load.run({}, {}, task);
  EXPECT_EQ(outcome->stopped_by, StopReason::interrupted);
  EXPECT_EQ(outcome->done, 4);
  EXPECT_EQ(outcome->stop_sentence, "stopped after 4.00 ms and 4 inferences: it was interrupted");
}

TEST(Single, BeginsNothingWhenItWasStoppedBefore) {
  TestLoad load;
  load.stop = true;
  TurningTask task(load.clock, ms(1));
  const auto outcome = load.run({}, {}, task);
  EXPECT_EQ(outcome->stopped_by, StopReason::interrupted);
  EXPECT_EQ(outcome->issued, 0);
  EXPECT_EQ(task.calls, 0);
}

TEST(Single, AClockThatStepsBackIsCountedAndNothingIsNegative) {
  TestLoad load;
  TurningTask task(load.clock, [](std::int64_t call) { return ms(call == 2 ? -50 : 10); });
  const auto outcome = load.run({}, {.min_time = ms(40), .min_count = 1}, task);
  EXPECT_EQ(outcome->clock_steps_back, 1);
  EXPECT_EQ(outcome->done, 5);  // four of 10 ms and one of which nothing is known
  EXPECT_EQ(outcome->ended - outcome->began, ms(40));
  EXPECT_EQ(load.sink.samples[2].latency_ns(), 0);
  EXPECT_EQ(load.sink.samples[3].latency_ns(), 10 * kMs);
}

TEST(Single, AClockThatStandsStillEndsByTheCount) {
  TestLoad load;
  TurningTask task(load.clock, ms(0));
  const auto outcome = load.run({}, {.max_count = 50}, task);
  EXPECT_EQ(outcome->stopped_by, StopReason::max_count);
  EXPECT_EQ(outcome->done, 50);
}

TEST(Offline, OneLaneDoesEverything) {
  TestLoad load;
  TurningTask task(load.clock, ms(2));
  const auto outcome =
      load.run({.kind = ScenarioKind::offline, .offline_count = 25}, {.min_count = 5}, task);
  EXPECT_EQ(outcome->stopped_by, StopReason::all_done);
  EXPECT_EQ(outcome->done, 25);
  EXPECT_EQ(outcome->stop_sentence,
            "stopped after 50.0 ms and 25 inferences: that was all there was to do");
}

TEST(Offline, TheMaximaEndItBefore) {
  TestLoad load;
  TurningTask task(load.clock, ms(2));
  auto outcome = load.run({.kind = ScenarioKind::offline, .offline_count = 25},
                          {.min_time = ms(5), .max_time = ms(10)}, task);
  EXPECT_EQ(outcome->stopped_by, StopReason::max_time);
  EXPECT_EQ(outcome->done, 5);
  EXPECT_EQ(outcome->stop_sentence,
            "stopped after 10.0 ms and 5 inferences: the maximum of 10.0 ms came before the 25 "
            "inferences that there were");
  outcome = load.run({.kind = ScenarioKind::offline, .offline_count = 25}, {.max_count = 12}, task);
  EXPECT_EQ(outcome->stopped_by, StopReason::max_count);
  EXPECT_EQ(outcome->done, 12);
  EXPECT_THAT(outcome->stop_sentence, HasSubstr("the maximum of 12 inferences came before the 25"));
}

TEST(Offline, WithoutACountTheStopRulesDecide) {
  TestLoad load;
  TurningTask task(load.clock, ms(2));
  const auto outcome =
      load.run({.kind = ScenarioKind::offline}, {.min_time = ms(20), .min_count = 3}, task);
  EXPECT_EQ(outcome->stopped_by, StopReason::minimums_met);
  EXPECT_EQ(outcome->done, 10);
}

TEST(LoadTickets, AreHandedOutOnce) {
  LoadTickets tickets(10);
  const auto a = tickets.take(4), b = tickets.take(4), c = tickets.take(4), d = tickets.take(4);
  EXPECT_EQ(a.first, 0);
  EXPECT_EQ(a.last, 4);
  EXPECT_EQ(b.last, 8);
  EXPECT_EQ(c.first, 8);
  EXPECT_EQ(c.last, 10);
  EXPECT_TRUE(d.empty());
}

TEST(LoadTickets, LongWorkIsTakenOneByOne) {
  EXPECT_EQ(tickets_at_once(1'000'000'000), 1);
  EXPECT_EQ(tickets_at_once(10'000), 1);
  EXPECT_EQ(tickets_at_once(1'000), 10);
  EXPECT_EQ(tickets_at_once(20), 64);
  EXPECT_EQ(tickets_at_once(0), 64);
}

}  // namespace
}  // namespace jetmeter
