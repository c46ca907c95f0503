// With real threads: counts only.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <stdexcept>
#include <thread>

#include "load/load_loops.h"
#include "load/test_world.h"

namespace jetmeter {
namespace {

// Counts its calls; each lane has its own.
class CountingTask final : public Task {
 public:
  Result<void> run(StageTimes&) override {
    thread = std::this_thread::get_id();
    ++calls;
    if (calls == fails_at) return fail("lane refused");
    if (calls == throws_at) throw std::runtime_error("lane threw");
    return {};
  }
  std::int64_t calls = 0, fails_at = -1, throws_at = -1;
  std::thread::id thread;
};

struct Lanes {
  explicit Lanes(std::size_t count) : tasks(count), sinks(count) {
    for (auto& task : tasks) task_pointers.push_back(&task);
    for (auto& sink : sinks) sink_pointers.push_back(&sink);
  }
  Result<LoadOutcome> run(const Scenario& scenario, const StopRules& rules,
                          const LoadWorld& world = {}) {
    return run_load(scenario, rules, task_pointers, sink_pointers, world);
  }
  std::vector<LoadSample> samples() const {
    std::vector<LoadSample> all;
    for (const auto& sink : sinks) all.insert(all.end(), sink.samples.begin(), sink.samples.end());
    return all;
  }

  std::vector<CountingTask> tasks;
  std::vector<SampleVector> sinks;
  std::vector<Task*> task_pointers;
  std::vector<LoadSink*> sink_pointers;
};

TEST(OneLane, RunsOnTheThreadOfTheCaller) {
  Lanes lanes(1);
  ASSERT_TRUE(lanes.run({}, {.min_time = ms(0), .min_count = 5}));
  EXPECT_EQ(lanes.tasks[0].thread, std::this_thread::get_id());
}

TEST(Multi, TheMaximumCountIsExactOverAllLanes) {
  Lanes lanes(4);
  const auto outcome = lanes.run({.kind = ScenarioKind::multi, .in_flight = 4},
                                 {.min_count = 10'000, .max_count = 10'000});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->done, 10'000);
  EXPECT_EQ(outcome->stopped_by, StopReason::max_count);
  std::set<std::int64_t> indices;
  for (const auto& sample : lanes.samples()) indices.insert(sample.index);
  EXPECT_EQ(indices.size(), 10'000U);
  EXPECT_EQ(*indices.rbegin(), 9'999);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(static_cast<std::size_t>(lanes.tasks[i].calls), lanes.sinks[i].samples.size());
    for (const auto& sample : lanes.sinks[i].samples)
      EXPECT_EQ(sample.lane, static_cast<std::int32_t>(i));
  }
}

TEST(Multi, StopsWhenTheLanesTogetherReachTheMinimums) {
  Lanes lanes(3);
  const auto outcome = lanes.run({.kind = ScenarioKind::multi, .in_flight = 3},
                                 {.min_time = ms(0), .min_count = 5'000});
  EXPECT_EQ(outcome->stopped_by, StopReason::minimums_met);
  EXPECT_GE(outcome->done, 5'000);
  EXPECT_EQ(static_cast<std::size_t>(outcome->done), lanes.samples().size());
}

TEST(Multi, OneLanesFailureEndsAllOfThem) {
  Lanes lanes(3);
  lanes.tasks[1].fails_at = 20;
  const auto outcome = lanes.run({.kind = ScenarioKind::multi, .in_flight = 3},
                                 {.min_count = 100'000'000, .max_count = 1'000'000'000});
  EXPECT_EQ(outcome->stopped_by, StopReason::failed);
  EXPECT_EQ(outcome->error->what, "lane refused");
  EXPECT_EQ(lanes.sinks[1].samples.size(), 19U);
  EXPECT_EQ(outcome->issued, outcome->done + 1);
  EXPECT_EQ(static_cast<std::size_t>(outcome->done), lanes.samples().size());
}

TEST(Multi, OneLanesExceptionEndsAllOfThem) {
  Lanes lanes(2);
  lanes.tasks[0].throws_at = 3;
  const auto outcome = lanes.run({.kind = ScenarioKind::multi, .in_flight = 2},
                                 {.min_count = 100'000'000, .max_count = 1'000'000'000});
  EXPECT_EQ(outcome->stopped_by, StopReason::failed);
  EXPECT_EQ(outcome->error->what, "it threw: lane threw");
  EXPECT_EQ(lanes.sinks[0].samples.size(), 2U);
}

TEST(Offline, LanesShareTheWork) {
  Lanes lanes(4);
  const auto outcome =
      lanes.run({.kind = ScenarioKind::offline, .in_flight = 4, .offline_count = 5'000}, {});
  EXPECT_EQ(outcome->stopped_by, StopReason::all_done);
  EXPECT_EQ(outcome->done, 5'000);
  EXPECT_EQ(lanes.samples().size(), 5'000U);
}

TEST(Rate, SeveralLanesServeEveryItemOnce) {
  for (const auto kind : {ScenarioKind::rate, ScenarioKind::poisson}) {
    Lanes lanes(3);
    LoadWorld world;
    world.cores = 1;
    const auto outcome = lanes.run({.kind = kind, .in_flight = 3, .per_second = 20'000},
                                   {.min_time = ms(0), .min_count = 500, .max_count = 500}, world);
    ASSERT_TRUE(outcome);
    const auto samples = lanes.samples();
    std::set<std::int64_t> indices;
    for (const auto& sample : samples) {
      indices.insert(sample.index);
      EXPECT_GE(sample.lateness_ns(), 0);
    }
    EXPECT_EQ(indices.size(), samples.size());
    EXPECT_EQ(outcome->done, static_cast<std::int64_t>(samples.size()));
    EXPECT_EQ(outcome->done, 500);
    EXPECT_EQ(outcome->waiting, plan_waiting(3, 1).sentence);
  }
}

TEST(Rate, DroppedAndDoneAreEverythingThatWasDue) {
  Lanes lanes(2);
  const auto outcome = lanes.run(
      {.kind = ScenarioKind::rate, .in_flight = 2, .per_second = 1e6, .when_busy = WhenBusy::drop},
      {.min_time = ms(5), .min_count = 1, .max_count = 2'000});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->done + outcome->dropped, outcome->issued);
  EXPECT_EQ(outcome->issued + outcome->unserved, 2'000);
  EXPECT_EQ(static_cast<std::int64_t>(lanes.samples().size()), outcome->issued);
}

TEST(Rate, ASleepingLaneNoticesThatItShallStop) {
  Lanes lanes(2);
  std::atomic<bool> stop{false};
  LoadWorld world;
  world.stop = &stop;
  std::thread stopper([&] { stop = true; });
  const auto outcome =
      lanes.run({.kind = ScenarioKind::rate, .in_flight = 2, .per_second = 0.001},
                {.min_time = std::chrono::hours(2), .max_time = std::chrono::hours(3)}, world);
  stopper.join();
  EXPECT_EQ(outcome->stopped_by, StopReason::interrupted);
}

TEST(WarmUp, CountsEveryLane) {
  Lanes lanes(3);
  const auto runs = warm_up({.min_time = ms(0), .min_count = 7}, lanes.task_pointers, LoadWorld{});
  EXPECT_EQ(runs, 21);
  for (const auto& task : lanes.tasks) EXPECT_EQ(task.calls, 7);
}

TEST(WarmUp, ALanesFailureFailsIt) {
  Lanes lanes(3);
  lanes.tasks[2].throws_at = 4;
  const auto runs = warm_up({.min_time = ms(0), .min_count = 7}, lanes.task_pointers, LoadWorld{});
  ASSERT_FALSE(runs);
  EXPECT_EQ(runs.error().what, "it threw: lane threw");
}

TEST(WarmUp, WantsTimeAndCount) {
  TestLoad load;
  TurningTask slow(load.clock, ms(60));
  Task* const slow_tasks[] = {&slow};
  EXPECT_EQ(warm_up({.min_time = ms(200), .min_count = 10}, slow_tasks, load.world()), 10);
  TurningTask fast(load.clock, ms(3));
  Task* const fast_tasks[] = {&fast};
  EXPECT_EQ(warm_up({.min_time = ms(200), .min_count = 10}, fast_tasks, load.world()), 67);
  EXPECT_EQ(warm_up({.min_time = ms(0), .min_count = 0}, fast_tasks, load.world()), 0);
}

TEST(WarmUp, EndsEarlyWhenItIsStopped) {
  TestLoad load;
  TurningTask task(load.clock, [&](std::int64_t call) {
    if (call == 2) load.stop = true;
    return ms(1);
  });
  Task* const tasks[] = {&task};
  EXPECT_EQ(warm_up({}, tasks, load.world()), 3);
}

TEST(WarmUp, NeedsALane) {
  const auto runs = warm_up({}, {}, LoadWorld{});
  ASSERT_FALSE(runs);
  EXPECT_EQ(runs.error().what, "there is no lane to warm up; give at least one task");
}

TEST(LoopOverhead, IsMeasuredWithAnyClock) {
  const auto real = measure_loop_overhead();
  EXPECT_GT(real.per_iteration_ns, 0);
  EXPECT_GT(real.clock_ns, 0);
  EXPECT_GT(real.clock_resolution_ns, 0);
  TestLoad load;
  load.stop = true;  // does not stop it
  const auto still = measure_loop_overhead(load.world());
  EXPECT_EQ(still.per_iteration_ns, 0);
  EXPECT_EQ(still.clock_resolution_ns, 0);
}

}  // namespace
}  // namespace jetmeter
