#include "cli/compare_gate.h"

#include <gmock/gmock.h>

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ParseShare, PercentOrFraction) {
  EXPECT_DOUBLE_EQ(*parse_share("--x", "3%"), 0.03);
  EXPECT_DOUBLE_EQ(*parse_share("--x", "0.03"), 0.03);
  EXPECT_DOUBLE_EQ(*parse_share("--x", "2.5 %"), 0.025);
  EXPECT_EQ(*parse_share("--x", "0"), 0);
}

TEST(ParseShare, RefusesTheRest) {
  for (const auto* text : {"", "%", "3", "100", "100%", "-1%", "x", "3%%", "nan", "inf", "0.03x"})
    EXPECT_EQ(parse_share("--x", text).error().what,
              "--x " + in_quotes(text) + " is no share; write 3% or 0.03");
  EXPECT_EQ(parse_share("--x", "1").error().what, "--x '1' is no share; write 1% or 0.01");
  EXPECT_EQ(parse_share("--x", "99.5").error().what,
            "--x '99.5' is no share; write 99.5% or 0.995");
  EXPECT_EQ(parse_share("--x", "high", "99% or 0.99").error().what,
            "--x 'high' is no share; write 99% or 0.99");
}

CompareResult slower() {
  MetricComparison p50, fps, load;
  p50.slot = fps.slot = load.slot = "rgb";
  p50.name = "latency_ms.p50";
  p50.a = 10;
  p50.b = 10.5;
  p50.ratio = RatioInterval{1.04, 1.05, 1.06, 0.95};
  p50.verdict = Verdict::slower;
  fps.name = "throughput_fps";
  fps.better = Better::higher;
  fps.a = fps.b = 100;
  fps.reason = "one value a side";
  load.name = "load_seconds";
  return {{}, {{"a", "b", 0, {p50, fps, load}}}};
}

TEST(Gate, NamesWhatGotWorseAndWhatNobodyKnows) {
  const auto outcome = apply_gate(slower(), {0.03, {}});
  ASSERT_TRUE(outcome);
  EXPECT_THAT(outcome->failures,
              ElementsAre("b: rgb latency_ms.p50 is 5 % higher, at least 4 %: more than the 3 % "
                          "of the gate"));
  EXPECT_THAT(outcome->untold,
              ElementsAre("b: rgb throughput_fps is gated and cannot be judged: one value a side"));
  EXPECT_EQ(outcome->held, 0);
  EXPECT_THAT(apply_gate(slower(), {0.05, {}})->failures, IsEmpty());
  EXPECT_EQ(apply_gate(slower(), {0.05, {"throughput_fps"}})->held, 0);
}

// Median and throughput of one interval each, as `judge` has it.
CompareResult between(RatioInterval p50_ratio, RatioInterval fps_ratio) {
  auto result = slower();
  auto& metrics = result.comparisons[0].metrics;
  metrics[0].ratio = p50_ratio;
  metrics[1].ratio = fps_ratio;
  for (auto& m : metrics) {
    if (!m.ratio) continue;
    const auto judged = judge(m.ratio, {.higher_is_better = m.better == Better::higher});
    m.verdict = judged.verdict;
    m.reason = judged.reason;
  }
  return result;
}

TEST(Gate, HoldsOnlyWhatIsNotWorseByMoreAtItsWorst) {
  const auto told = apply_gate(between({0.99, 1.01, 1.029}, {0.971, 0.99, 1.2}), {0.03, {}});
  EXPECT_THAT(told->untold, IsEmpty());
  EXPECT_EQ(told->held, 2);
  const auto wide = apply_gate(between({0.794, 0.95, 1.136}, {0.88, 1.02, 1.2}), {0.03, {}});
  EXPECT_THAT(wide->failures, IsEmpty());
  EXPECT_THAT(wide->untold,
              ElementsAre("b: rgb latency_ms.p50 is gated and not known to hold: it may be up to "
                          "13.6 % worse",
                          "b: rgb throughput_fps is gated and not known to hold: it may be up to "
                          "12 % worse"));
  EXPECT_EQ(wide->held, 0);
  EXPECT_EQ(apply_gate(between({0.5, 0.6, 0.7}, {1.4, 1.6, 2}), {0.03, {}})->held, 2);
}

TEST(Gate, NeitherFailsNorHoldsWhatCannotBeTold) {
  const auto outcome = apply_gate(between({1.031, 1.15, 1.28}, {0.971, 0.99, 1.2}), {0.03, {}});
  EXPECT_THAT(outcome->failures, IsEmpty());
  EXPECT_THAT(outcome->untold, ElementsAre(HasSubstr("it may be up to 28 % worse")));
  EXPECT_EQ(outcome->held, 1);
}

TEST(Gate, HoldsNothingOfADisturbedRun) {
  auto result = between({0.99, 1.01, 1.02}, {0.99, 1, 1.01});
  auto& p50 = result.comparisons[0].metrics[0];
  p50.disturbed = true;
  p50.reason = "a: throttled";
  const auto outcome = apply_gate(result, {0.03, {}});
  EXPECT_THAT(outcome->untold,
              ElementsAre("b: rgb latency_ms.p50 is gated and cannot be judged: a: throttled"));
  EXPECT_EQ(outcome->held, 1);
}

TEST(Gate, RefusesAMetricThatIsNotThere) {
  EXPECT_THAT(apply_gate(slower(), {0.03, {"latency.p50"}}).error().what,
              HasSubstr("--gate 'latency.p50': these runs have no such metric; did you mean "
                        "latency_ms.p50?"));
  EXPECT_TRUE(apply_gate(slower(), {0.03, {"rgb.latency_ms.p50"}}));
  EXPECT_FALSE(apply_gate(slower(), {0.03, {"thermal.latency_ms.p50"}}));
}

}  // namespace
}  // namespace jetmeter
