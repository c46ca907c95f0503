#include "jetmeter/compare.h"

#include <gmock/gmock.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "compare/test_runs.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

std::vector<double> times(std::vector<double> values, double factor) {
  for (auto& value : values) value *= factor;
  return values;
}

Comparison compared(const ComparedRun& a, const ComparedRun& b,
                    const CompareOptions& options = {}) {
  const std::vector<ComparedRun> runs{a, b};
  auto result = compare(runs, options);
  EXPECT_TRUE(result) << (result ? "" : result.error().what);
  return result ? result->comparisons.at(0) : Comparison{};
}

ComparedRun on_other_frames(ComparedRun run) {
  run.record.slots[0].source->location = "elsewhere";
  return run;
}

TEST(Compare, FindsASlowdownOfThreePercent) {
  int found = 0, wrong = 0;
  for (std::uint64_t i = 0; i < 40; ++i) {
    const auto a = run_of("a", wavy_latencies(300, 10, 3 * i));
    const auto slower = run_of("b", times(wavy_latencies(300, 10, 3 * i + 1), 1.03));
    const auto alike = run_of("c", wavy_latencies(300, 10, 3 * i + 2));
    const auto truth =
        metric_named(compared(a, on_other_frames(slower)), "latency_ms.p50")->verdict;
    found += truth == Verdict::slower ? 1 : 0;
    const auto none = metric_named(compared(a, on_other_frames(alike)), "latency_ms.p50")->verdict;
    wrong += none == Verdict::slower || none == Verdict::faster ? 1 : 0;
  }
  EXPECT_GE(found, 36);
  EXPECT_EQ(wrong, 0);
}

TEST(Compare, ValuesRatioAndVerdictOfEveryMetric) {
  const auto base = wavy_latencies(400, 10, 1);
  const auto c = compared(run_of("x", base), run_of("y", times(base, 1.25)));
  EXPECT_EQ(c.a, "x");
  EXPECT_EQ(c.b, "y");
  for (const auto* name :
       {"latency_ms.p50", "latency_ms.p90", "latency_ms.mean", "stages_ms.infer.p50"}) {
    const auto* m = metric_named(c, name);
    ASSERT_TRUE(m && m->ratio) << name;
    EXPECT_EQ(m->slot, "rgb");
    EXPECT_DOUBLE_EQ(*m->b, *m->a * 1.25) << name;
    EXPECT_NEAR(m->ratio->mid, 1.25, 1e-12) << name;
    EXPECT_EQ(m->verdict, Verdict::slower) << name;
    EXPECT_TRUE(m->paired) << name;
  }
  const auto* load = metric_named(c, "load_seconds");
  ASSERT_TRUE(load);
  EXPECT_EQ(load->a, 0.25);
  EXPECT_EQ(load->verdict, Verdict::cannot_tell);
  EXPECT_EQ(load->reason, "one value a side");
  EXPECT_FALSE(load->ratio);
  EXPECT_EQ(metric_named(c, "memory.peak_bytes")->verdict, Verdict::cannot_tell);
  EXPECT_EQ(metric_named(c, "accuracy.map50")->verdict, Verdict::same);
  EXPECT_EQ(metric_named(c, "energy.joules_per_frame")->a, 0.155);
  EXPECT_FALSE(metric_named(c, "latency_ms.p999"));
}

TEST(Compare, EnergyOfOtherThingsIsNotCompared) {
  const auto base = wavy_latencies(400, 10, 1);
  auto a = run_of("a", base), b = run_of("b", base);
  b.record.slots[0].energy->rail = "GPU 0 (NVML)";
  EXPECT_FALSE(metric_named(compared(a, b), "energy.joules_per_frame"));
  b.record.slots[0].energy.reset();
  EXPECT_TRUE(metric_named(compared(a, b), "energy.joules_per_frame")) << "one side knows it";
}

TEST(Compare, ThroughputComesWithAnIntervalFromTheFramesStarts) {
  const auto base = wavy_latencies(400, 10, 1);
  auto a = run_of("a", base), b = run_of("b", times(wavy_latencies(400, 10, 2), 0.5));
  a.record.slots[0].throughput_fps = 50;
  b.record.slots[0].throughput_fps = 101;
  const auto c = compared(a, b);
  const auto* m = metric_named(c, "throughput_fps");
  ASSERT_TRUE(m && m->ratio);
  EXPECT_DOUBLE_EQ(m->ratio->mid, 2.02);
  EXPECT_GT(m->ratio->low, 1.95);
  EXPECT_LT(m->ratio->high, 2.1);
  EXPECT_EQ(m->verdict, Verdict::faster);
  EXPECT_EQ(m->better, Better::higher);
}

TEST(Compare, PairsOnlyTheSameFrames) {
  const auto base = wavy_latencies(400, 10, 1);
  const auto a = run_of("a", base);
  auto shifted = run_of("b", base);
  shifted.samples["rgb"]["index"][3] = 1000;
  auto camera_a = a, camera_b = a;
  camera_a.record.slots[0].source->kind = camera_b.record.slots[0].source->kind = "camera";
  EXPECT_TRUE(metric_named(compared(a, a), "latency_ms.p50")->paired);
  EXPECT_FALSE(metric_named(compared(a, shifted), "latency_ms.p50")->paired);
  EXPECT_FALSE(metric_named(compared(a, on_other_frames(a)), "latency_ms.p50")->paired);
  EXPECT_FALSE(metric_named(compared(camera_a, camera_b), "latency_ms.p50")->paired);
}

TEST(Compare, WithoutSamplesOnlyTheRatio) {
  auto a = run_of("a", wavy_latencies(400, 10, 1)), b = run_of("b", wavy_latencies(400, 20, 2));
  b.samples.clear();
  const auto c = compared(a, b);
  const auto* m = metric_named(c, "latency_ms.p50");
  ASSERT_TRUE(m);
  EXPECT_FALSE(m->ratio);
  EXPECT_EQ(m->verdict, Verdict::cannot_tell);
  EXPECT_EQ(m->reason, "one value a side: there are no raw samples");
  EXPECT_GT(*m->b, *m->a * 1.9);
}

TEST(Compare, NumbersThatAreNoneAreNoSamples) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  auto a = run_of("a", wavy_latencies(400, 10, 1)), b = run_of("b", wavy_latencies(400, 10, 2));
  for (std::size_t i = 0; i < 400; i += 4) b.samples["rgb"]["latency_ms"][i] = kNan;
  const auto part = compared(a, b);
  EXPECT_TRUE(metric_named(part, "latency_ms.p50")->ratio);
  for (auto& value : b.samples["rgb"]["latency_ms"]) value = kNan;
  const auto none = compared(a, b);
  EXPECT_EQ(metric_named(none, "latency_ms.p50")->verdict, Verdict::cannot_tell);
}

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

TEST(Compare, TooFewSamples) {
  const auto c =
      compared(run_of("a", wavy_latencies(5, 10, 1)), run_of("b", wavy_latencies(400, 10, 2)));
  EXPECT_EQ(metric_named(c, "latency_ms.p50")->reason, "5 samples are too few for an interval");
}

TEST(Compare, AValueOfOneSideOnly) {
  auto a = run_of("a", wavy_latencies(50, 10, 1)), b = a;
  b.record.slots[0].first_inference_ms.reset();
  b.record.slots[0].phases[0].seconds = 0;
  const auto c = compared(a, b);
  EXPECT_EQ(metric_named(c, "first_inference_ms")->reason, "b has no such value");
  EXPECT_EQ(metric_named(c, "load_seconds")->reason, "a value of 0 has no ratio");
}

TEST(Compare, NothingRestsOnSamplesThatTheRecordWasNotMadeOf) {
  auto a = run_of("a", wavy_latencies(300, 10, 1)), b = run_of("b", wavy_latencies(300, 20, 2));
  b.samples.clear();
  b.refuted["rgb"] = "they are others";
  b.complaints = {"rgb: they are others"};
  const std::vector<ComparedRun> runs{a, b};
  const auto result = compare(runs, {});
  ASSERT_TRUE(result);
  EXPECT_THAT(result->complaints, testing::ElementsAre("b: rgb: they are others"));
  for (const auto* name : {"latency_ms.p50", "latency_ms.mean", "throughput_fps"}) {
    const auto* m = metric_named(result->comparisons[0], name);
    ASSERT_TRUE(m) << name;
    EXPECT_EQ(m->verdict, Verdict::cannot_tell) << name;
    EXPECT_EQ(m->reason, "b: they are others") << name;
  }
  const auto* p50 = metric_named(result->comparisons[0], "latency_ms.p50");
  EXPECT_EQ(p50->b, b.record.slots[0].latency_ms.p50);
  EXPECT_EQ(nlohmann::json::parse(to_json(*result))["complaints"][0], "b: rgb: they are others");
}

TEST(Compare, AValueBelowNothingIsNamedAsDamage) {
  auto a = run_of("a", wavy_latencies(300, 10, 1)), b = a;
  a.samples.clear();
  b.samples.clear();
  b.record.slots[0].latency_ms.p50 = -5;
  const auto c = compared(a, b);
  const auto* m = metric_named(c, "latency_ms.p50");
  EXPECT_EQ(m->reason, "b has -5: a record with a value below 0 is damaged");
  EXPECT_EQ(m->verdict, Verdict::cannot_tell);
}

TEST(Compare, RefusesWhatIsNotComparableInOneSentence) {
  std::vector<ComparedRun> runs(2, run_of("a", wavy_latencies(50, 10, 1)));
  runs[1].record.machine.power_mode = "15W";
  runs[1].record.slots[0].backend->precision = "fp16";
  const auto refused = compare(runs, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what,
            "these runs cannot be compared, they differ in power mode (25W / 15W), precision "
            "(fp32 / fp16); --force compares all the same");
  CompareOptions options;
  options.force = true;
  const auto forced = compare(runs, options);
  ASSERT_TRUE(forced);
  EXPECT_THAT(forced->differences, SizeIs(2));
}

TEST(Compare, RefusesRunsWithoutASlotInCommon) {
  std::vector<ComparedRun> runs(2, run_of("a", wavy_latencies(50, 10, 1)));
  EXPECT_EQ(compare(std::span(runs).first(1), {}).error().what,
            "a comparison needs two runs; name a second one");
  runs[1].name = "b";
  runs[1].record.slots[0].frames = 0;
  EXPECT_EQ(compare(runs, {}).error().what, "'b' measured no frame: there is nothing to compare");
  runs[1] = run_of("b", wavy_latencies(50, 10, 1));
  runs[1].record.slots[0].name = "x";
  runs[1].record.slots.push_back(runs[1].record.slots[0]);
  runs[1].record.slots[1].name = "y";
  CompareOptions options;
  options.force = true;
  EXPECT_EQ(compare(runs, options).error().what,
            "'a' measured rgb and 'b' measured x, y: they have no slot in common");
}

TEST(Compare, SlotsOfTwoNamesBelongTogetherWhereThereIsNoOther) {
  auto a = run_of("a", wavy_latencies(50, 10, 1)), b = a;
  b.record.slots[0].name = "yolox";
  b.samples["yolox"] = b.samples["rgb"];
  b.samples.erase("rgb");
  const auto c = compared(a, b);
  EXPECT_EQ(c.metrics.at(0).slot, "rgb / yolox");
  EXPECT_TRUE(c.metrics.at(0).ratio);
}

TEST(Compare, TheFirstAgainstEachOther) {
  const std::vector<ComparedRun> runs{run_of("a", wavy_latencies(50, 10, 1)),
                                      run_of("b", wavy_latencies(50, 10, 2)),
                                      run_of("c", wavy_latencies(50, 20, 3))};
  const auto result = compare(runs, {});
  ASSERT_TRUE(result);
  ASSERT_THAT(result->comparisons, SizeIs(2));
  EXPECT_EQ(result->comparisons[1].a, "a");
  EXPECT_EQ(result->comparisons[1].b, "c");
  EXPECT_EQ(metric_named(result->comparisons[1], "latency_ms.p50")->verdict, Verdict::slower);
}

struct Rounds {
  std::vector<ComparedRun> a, b;
};

// The machine is another one in each round; only what the rounds have in common may count.
Rounds rounds(int count, double factor) {
  Rounds out;
  for (int i = 0; i < count; ++i) {
    const double ms = 10.0 * (1 + 0.2 * i);
    const auto seed = static_cast<std::uint64_t>(2 * i);
    out.a.push_back(run_of("a", wavy_latencies(300, ms, seed)));
    out.b.push_back(run_of("b", wavy_latencies(300, ms * factor, seed + 1)));
  }
  return out;
}

TEST(CompareRounds, PairsRounds) {
  const auto slow = rounds(6, 1.05);
  const auto c = compare_rounds(slow.a, slow.b, {});
  ASSERT_TRUE(c);
  EXPECT_EQ(c->rounds, 6);
  const auto* m = metric_named(*c, "latency_ms.p50");
  ASSERT_TRUE(m && m->ratio);
  EXPECT_EQ(m->verdict, Verdict::slower);
  EXPECT_TRUE(m->paired);
  EXPECT_NEAR(m->ratio->mid, 1.05, 0.01);
  const auto* load = metric_named(*c, "load_seconds");
  ASSERT_TRUE(load->ratio);
  EXPECT_EQ(load->verdict, Verdict::same);
  const auto alike = rounds(6, 1);
  EXPECT_NE(metric_named(*compare_rounds(alike.a, alike.b, {}), "latency_ms.p50")->verdict,
            Verdict::slower);
}

// Medians of whole runs, 30 % apart by the machine, where turns of the same time are 5 %.
TEST(CompareRounds, TakesTheRatioOfTurnsWhereThereWereTurns) {
  auto both = rounds(8, 1.05);
  for (std::size_t i = 0; i < both.a.size(); ++i) {
    auto &a = both.a[i], &b = both.b[i];
    for (auto* run : {&a, &b}) {
      run->record.slots[0].load.emplace().turns = 30;
      run->first_start["rgb"] = Nanoseconds(run == &b ? 40'000'000 : 0);
      auto& samples = run->samples["rgb"];
      for (std::size_t frame = 0; frame < 300; ++frame) {  // four at a time
        const auto turn = static_cast<double>(frame / 4);
        samples["started_seconds"][frame] = turn * 0.08 + static_cast<double>(frame % 4) * 0.01;
        samples["latency_ms"][frame] *= 1 + 0.4 * std::sin(0.2 * turn);
      }
    }
  }
  const auto c = compare_rounds(both.a, both.b, {});
  ASSERT_TRUE(c);
  EXPECT_TRUE(c->in_turn);
  const auto* m = metric_named(*c, "latency_ms.p50");
  ASSERT_TRUE(m && m->ratio);
  EXPECT_NEAR(m->ratio->mid, 1.05, 0.01);
  EXPECT_LT(m->ratio->high - m->ratio->low, 0.02);
  EXPECT_EQ(m->verdict, Verdict::slower);
  for (auto& run : both.a) run.record.slots[0].load->turns.reset();
  EXPECT_FALSE(compare_rounds(both.a, both.b, {.force = true})->in_turn);
}

TEST(CompareRounds, SaysWhenThereAreTooFew) {
  const auto two = rounds(2, 1.5);
  const auto c = compare_rounds(two.a, two.b, {});
  ASSERT_TRUE(c);
  const auto* m = metric_named(*c, "latency_ms.p50");
  EXPECT_EQ(m->verdict, Verdict::cannot_tell);
  EXPECT_EQ(m->reason, "2 rounds are too few for an interval, which takes 4");
  EXPECT_FALSE(compare_rounds({}, {}, {}));
  EXPECT_FALSE(compare_rounds(two.a, std::span(two.b).first(1), {}));
}

TEST(CompareRounds, RefusesWhatIsNotComparable) {
  auto two = rounds(2, 1.5);
  for (auto& run : two.b) run.record.slots[0].backend->precision = "fp16";
  EXPECT_THAT(compare_rounds(two.a, two.b, {}).error().what, HasSubstr("precision (fp32 / fp16)"));
}

TEST(CompareRounds, RefusesARoundThatIsNotComparableWhereverItIs) {
  auto five = rounds(5, 1.5);
  five.b[4].record.machine.power_mode = "15W";
  EXPECT_THAT(compare_rounds(five.a, five.b, {}).error().what, HasSubstr("power mode (25W / 15W)"));
  const CompareOptions force{.force = true};
  EXPECT_EQ(compare_rounds(five.a, five.b, force)->rounds, 5);
}

TEST(CompareRounds, ADifferenceOfAStepOfTheClockIsNone) {
  ComparedRound round;
  round.metrics = {{"model", "latency_ms.p50", Better::lower, 40e-6, 30e-6, 0.75, 20e-6}};
  const auto c = compare_rounds(std::vector<ComparedRound>(8, round), {});
  ASSERT_TRUE(c);
  EXPECT_EQ(c->metrics.at(0).verdict, Verdict::cannot_tell);
  EXPECT_THAT(c->metrics[0].reason, HasSubstr("a step of the clock, 20 ns"));
  round.metrics[0].clock_step_ms = 0;
  EXPECT_EQ(compare_rounds(std::vector<ComparedRound>(8, round), {})->metrics[0].verdict,
            Verdict::faster);
}

TEST(CompareRounds, OfARoundItsValuesAreEnough) {
  const auto six = rounds(6, 1.05);
  std::vector<ComparedRound> kept;
  for (std::size_t i = 0; i < six.a.size(); ++i)
    kept.push_back(compare_round(six.a[i], six.b[i], {}).value());
  const auto whole = compare_rounds(six.a, six.b, {}), of_values = compare_rounds(kept, {});
  ASSERT_TRUE(whole && of_values);
  ASSERT_EQ(whole->metrics.size(), of_values->metrics.size());
  const auto* m = metric_named(*of_values, "latency_ms.p50");
  EXPECT_EQ(m->ratio->mid, metric_named(*whole, "latency_ms.p50")->ratio->mid);
  EXPECT_EQ(m->verdict, Verdict::slower);
  kept[2].metrics.clear();
  EXPECT_EQ(compare_rounds(kept, {})->rounds, 6) << "a round may lack a metric";
  EXPECT_FALSE(compare_rounds(std::span<const ComparedRound>(), {}));
}

MetricComparison metric(std::string name, Better better, RatioInterval ratio) {
  MetricComparison m;
  m.slot = "rgb";
  m.name = std::move(name);
  m.better = better;
  m.a = 100;
  m.b = 100 * ratio.mid;
  m.ratio = ratio;
  m.verdict = judge(ratio, {.higher_is_better = better == Better::higher}).verdict;
  return m;
}

std::vector<std::string> names(const std::vector<MetricComparison>& metrics) {
  std::vector<std::string> out;
  for (const auto& m : metrics) out.push_back(m.name);
  return out;
}

TEST(Regressions, OnlyWhatSurelyLiesBeyond) {
  Comparison c;
  c.metrics = {metric("latency_ms.p50", Better::lower, {1.031, 1.05, 1.07}),
               metric("throughput_fps", Better::higher, {0.94, 0.95, 0.969}),
               metric("latency_ms.p99", Better::lower, {1.5, 1.6, 1.7})};
  EXPECT_THAT(names(regressions(c, 0.03, {})),
              testing::ElementsAre("latency_ms.p50", "throughput_fps"));
  EXPECT_THAT(names(regressions(c, 0.04, {})), testing::IsEmpty());
  const std::vector<std::string> gated{"rgb.latency_ms.p99", "throughput_fps"};
  EXPECT_THAT(names(regressions(c, 0.03, gated)),
              testing::ElementsAre("throughput_fps", "latency_ms.p99"));
  c.metrics = {metric("latency_ms.p50", Better::lower, {1.029, 1.05, 1.07}),
               metric("throughput_fps", Better::higher, {1.2, 1.3, 1.4})};
  EXPECT_THAT(names(regressions(c, 0.03, {})), testing::IsEmpty());
}

TEST(Regressions, WhatCannotBeToldIsNone) {
  Comparison c;
  c.metrics = {metric("latency_ms.p50", Better::lower, {1.031, 1.15, 1.28}),
               metric("throughput_fps", Better::higher, {0.80, 0.87, 0.965})};
  EXPECT_EQ(c.metrics[0].verdict, Verdict::cannot_tell) << "misses 1 by too little";
  EXPECT_EQ(c.metrics[1].verdict, Verdict::cannot_tell);
  EXPECT_THAT(names(regressions(c, 0.03, {})), testing::IsEmpty());
}

TEST(Regressions, AValueThatRepeatsNeedsNoInterval) {
  Comparison c;
  c.metrics = {metric("memory.peak_bytes", Better::lower, {1, 1.04, 1}),
               metric("load_seconds", Better::lower, {1, 1.5, 1})};
  for (auto& m : c.metrics) m.ratio.reset();
  c.metrics[0].repeats_within = 0.02;
  const std::vector<std::string> gated{"memory.peak_bytes", "load_seconds"};
  EXPECT_THAT(names(regressions(c, 0.03, gated)), testing::ElementsAre("memory.peak_bytes"));
  EXPECT_THAT(names(regressions(c, 0.01, gated)), testing::ElementsAre("memory.peak_bytes"));
  EXPECT_THAT(names(regressions(c, 0.05, gated)), testing::IsEmpty());
  c.metrics[0].b = 101.5;
  EXPECT_THAT(names(regressions(c, 0.01, gated)), testing::IsEmpty());
}

}  // namespace
}  // namespace jetmeter
