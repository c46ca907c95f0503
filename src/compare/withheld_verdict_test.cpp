// Where a difference is seen and nothing is said of it.
#include <gmock/gmock.h>

#include "compare/test_runs.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;

TEST(Compare, SaysNothingOfSpeedWhereSomethingOutsideGotIn) {
  std::vector<ComparedRun> runs{run_of("a", wavy_latencies(400, 10, 1)),
                                run_of("b", wavy_latencies(400, 20, 2))};
  auto& found = runs[1].record.run.disturbances;
  found = {{"other_cpu_load", "", "rgb", 400, 39, 1.0, {}, {}}};
  EXPECT_EQ(metric_named(compared(runs[0], runs[1]), "latency_ms.p50")->verdict, Verdict::slower);
  found[0].frames_touched = 40;
  const auto c = compared(runs[0], runs[1]);
  const auto* m = metric_named(c, "latency_ms.p50");
  EXPECT_EQ(m->verdict, Verdict::cannot_tell);
  EXPECT_EQ(m->reason, "b: other_cpu_load touched 10 % of its frames");
  EXPECT_TRUE(m->ratio);
  EXPECT_EQ(metric_named(c, "accuracy.map50")->verdict, Verdict::same);
  EXPECT_TRUE(regressions(c, 0.03, {}).empty());
  CompareOptions options;
  options.force = true;
  EXPECT_EQ(metric_named(compared(runs[0], runs[1], options), "latency_ms.p50")->verdict,
            Verdict::slower);
  found[0].slot = "thermal";
  EXPECT_EQ(metric_named(compared(runs[0], runs[1]), "latency_ms.p50")->verdict, Verdict::slower);
}

TEST(Compare, SaysNothingOfSpeedWhereARunWasNotSteady) {
  auto a = run_of("a", wavy_latencies(400, 10, 1));
  const auto b = run_of("b", wavy_latencies(400, 20, 2));
  EXPECT_EQ(metric_named(compared(a, b), "latency_ms.p50")->verdict, Verdict::slower);
  auto& statistics = *a.record.slots[0].statistics;
  statistics.steady = SteadyState::Verdict::unsteady;
  statistics.steady_reason = "the median of window 2 of 5 is 18 % above the last's";
  const auto c = compared(a, b);
  const auto* m = metric_named(c, "latency_ms.p50");
  EXPECT_EQ(m->verdict, Verdict::cannot_tell);
  EXPECT_EQ(m->reason,
            "a: the run was not steady: the median of window 2 of 5 is 18 % above the last's");
  CompareOptions options;
  options.force = true;
  EXPECT_EQ(metric_named(compared(a, b, options), "latency_ms.p50")->verdict, Verdict::slower);
  statistics.steady = SteadyState::Verdict::cannot_tell;  // too short to tell is no evidence
  EXPECT_EQ(metric_named(compared(a, b), "latency_ms.p50")->verdict, Verdict::slower);
}

TEST(Compare, SaysNothingOfSpeedWhereTheMachineWasInAnotherState) {
  auto a = run_of("a", wavy_latencies(400, 10, 1)), b = run_of("b", wavy_latencies(400, 13, 2));
  auto& of_a = a.record.slots[0].speed_probe_ms;
  auto& of_b = b.record.slots[0].speed_probe_ms;
  const auto row = [&](const CompareOptions& options = {}) {
    return *metric_named(compared(a, b, options), "latency_ms.p50");
  };
  of_a = {3.0, 3.1};
  of_b = {3.1, 3.2};
  EXPECT_EQ(row().verdict, Verdict::slower);
  of_b = {3.9, 3.8};
  EXPECT_EQ(row().verdict, Verdict::cannot_tell);
  EXPECT_EQ(row().reason,
            "the machine was not in one state: beside the model, fixed work took 3.00 to 3.90 ms");
  CompareOptions force;
  force.force = true;
  EXPECT_EQ(row(force).verdict, Verdict::slower);
  of_b = {3.0, 3.5};  // 17 %, which a model may feel twice
  EXPECT_EQ(row().verdict, Verdict::cannot_tell);
  of_b = {3.0, 3.3};
  EXPECT_EQ(row().verdict, Verdict::slower);
  of_b.clear();  // a version that did not ask
  EXPECT_EQ(row().verdict, Verdict::slower);
}

TEST(Compare, OneRunASideOnAVirtualMachineTellsLargeDifferencesOnly) {
  auto a = run_of("a", wavy_latencies(400, 10, 1));
  const auto near = run_of("b", wavy_latencies(400, 10.8, 2));
  const auto far = run_of("b", wavy_latencies(400, 16, 2));
  const auto row = [&](const ComparedRun& b, const CompareOptions& options = {}) {
    return *metric_named(compared(a, b, options), "latency_ms.p50");
  };
  EXPECT_EQ(row(near).verdict, Verdict::slower);
  a.record.machine.virtual_machine = true;
  EXPECT_EQ(row(near).verdict, Verdict::cannot_tell);
  EXPECT_THAT(row(near).reason, HasSubstr("one run a side on a virtual machine"));
  EXPECT_TRUE(row(near).disturbed);
  EXPECT_EQ(row(far).verdict, Verdict::slower);
  CompareOptions force;
  force.force = true;
  EXPECT_EQ(row(near, force).verdict, Verdict::slower);
}

// A median of 40 ns and one of 30 ns are two steps of one clock, and the intervals have no width.
TEST(Compare, ADifferenceOfAStepOfTheClockIsNone) {
  const auto short_run = [](std::string name, double ns) {
    auto run = run_of(std::move(name), std::vector<double>(400, ns * 1e-6));
    run.record.slots[0].load.emplace().clock_resolution_ns = 20;
    return run;
  };
  const auto p50 = [&](double a, double b) {
    return *metric_named(compared(on_other_frames(short_run("a", a)), short_run("b", b)),
                         "latency_ms.p50");
  };
  const auto near = p50(40, 30);
  ASSERT_TRUE(near.ratio);
  EXPECT_DOUBLE_EQ(near.ratio->mid, 0.75);
  EXPECT_LT(near.ratio->low, 0.2);
  EXPECT_GT(near.ratio->high, 2);
  EXPECT_EQ(near.verdict, Verdict::cannot_tell);
  EXPECT_THAT(near.reason, testing::EndsWith("; a step of the clock, 20 ns, is in it"));
  EXPECT_EQ(p50(40, 400).verdict, Verdict::slower);
  EXPECT_EQ(p50(1e6, 1e6).verdict, Verdict::same);
  const auto below = p50(10, 400);
  EXPECT_EQ(below.verdict, Verdict::cannot_tell);
  EXPECT_FALSE(below.ratio);
  EXPECT_EQ(below.reason, "10 ns is no more than one step of the clock, 20 ns");
}

// Of 14 runs of one model that were alike, 13 peaked at 93 MB and one at 118 MB.
TEST(Compare, OnePeakASideFailsNoGate) {
  auto a = run_of("a", wavy_latencies(400, 10, 1)), b = a;
  b.record.slots[0].memory.peak_bytes = *a.record.slots[0].memory.peak_bytes * 2;
  const auto c = compared(a, b);
  EXPECT_EQ(metric_named(c, "memory.peak_bytes")->reason, "one value a side");
  EXPECT_TRUE(regressions(c, 0.03, {}).empty());
}

}  // namespace
}  // namespace jetmeter
