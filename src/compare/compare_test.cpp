#include "jetmeter/compare.h"

#include <gmock/gmock.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "compare/test_runs.h"

namespace jetmeter {
namespace {

using testing::SizeIs;

std::vector<double> times(std::vector<double> values, double factor) {
  for (auto& value : values) value *= factor;
  return values;
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

}  // namespace
}  // namespace jetmeter
