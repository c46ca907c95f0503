#include "run/thermal_verdict.h"

#include <gmock/gmock.h>

#include <cmath>

namespace jetmeter {
namespace {

using testing::HasSubstr;

constexpr std::int64_t kSecond = 1'000'000'000;

// One frame a second, from second 0 on; `latency_ms` by the second.
template <typename Latency>
std::vector<FrameSample> run_for(int seconds, Latency latency_ms) {
  std::vector<FrameSample> frames(static_cast<std::size_t>(seconds));
  for (int i = 0; i < seconds; ++i) {
    auto& frame = frames[static_cast<std::size_t>(i)];
    frame.started_ns = i * kSecond;
    frame.latency_ns = static_cast<std::int64_t>(latency_ms(i) * 1e6);
  }
  frames.back().latency_ns = kSecond;  // so that it ends on the second
  return frames;
}

// One reading a second.
template <typename Value>
std::vector<HistoryPoint> readings(int seconds, Value value) {
  std::vector<HistoryPoint> points;
  for (int i = 0; i <= seconds; ++i) points.push_back({Nanoseconds(i * kSecond), value(i)});
  return points;
}

double steady(int) {
  return 10;
}
double warm(int) {
  return 61.5;
}
// To 70 degrees with a time constant of five minutes.
double warming(int second) {
  return 70 - 40 * std::exp(-second / 300.0);
}

ThermalRecord verdict_of(const std::vector<FrameSample>& frames, const Histories& histories,
                         const TimeSpans& slowed = {}) {
  return thermal_record({"rgb", "", frames}, histories, slowed).value();
}

TEST(ThermalVerdict, IsAbsentWithoutFrames) {
  EXPECT_FALSE(thermal_record({"rgb", "", {}}, {}, {}));
}

TEST(ThermalVerdict, ShorterThanTenMinutesIsCold) {
  const Histories histories{{"temperature.tj-thermal", readings(599, warm)}};
  const auto thermal = verdict_of(run_for(599, steady), histories);
  EXPECT_EQ(thermal.verdict, ThermalVerdict::cold);
  EXPECT_THAT(thermal.reason, HasSubstr("tj-thermal was at 61.5 °C"));
}

TEST(ThermalVerdict, TenMinutesThatStayAreSustained) {
  Histories histories{{"temperature.tj-thermal", readings(600, warm)}};
  const auto thermal = verdict_of(run_for(600, steady), histories);
  EXPECT_EQ(thermal.verdict, ThermalVerdict::sustained);
  EXPECT_THAT(thermal.reason, HasSubstr("tj-thermal stayed at 61.5 °C in 10 min 00 s; clocks were "
                                        "not measured"));
  histories["clock.gpu"] = readings(600, [](int) { return 1e9; });
  EXPECT_THAT(verdict_of(run_for(600, steady), histories).reason, HasSubstr("the clocks held"));
}

TEST(ThermalVerdict, WhatStillWarmsIsCold) {
  // In the last third of 10 min it rises by 1.5 degrees a minute, in that of 30 min by 0.06.
  const Histories histories{{"temperature.tj-thermal", readings(1800, warming)}};
  const auto thermal = verdict_of(run_for(600, steady), histories);
  EXPECT_EQ(thermal.verdict, ThermalVerdict::cold);
  EXPECT_THAT(thermal.reason, HasSubstr("still rose by 1.5 °C a minute"));
  EXPECT_EQ(verdict_of(run_for(1800, steady), histories).verdict, ThermalVerdict::sustained);
}

TEST(ThermalVerdict, HalfADegreeAMinuteIsFlat) {
  const auto run = run_for(600, steady);
  const auto rising = [](double per_minute) {
    return Histories{
        {"temperature.tj", readings(600, [&](int i) { return 40 + per_minute * i / 60; })}};
  };
  EXPECT_EQ(verdict_of(run, rising(0.49)).verdict, ThermalVerdict::sustained);
  EXPECT_EQ(verdict_of(run, rising(0.51)).verdict, ThermalVerdict::cold);
  EXPECT_EQ(verdict_of(run, rising(-2)).verdict, ThermalVerdict::sustained);
}

TEST(ThermalVerdict, ClocksThatWereCutAreThrottled) {
  const Histories histories{{"temperature.tj-thermal", readings(600, warm)}};
  const TimeSpans slowed{{Nanoseconds(590 * kSecond), Nanoseconds(700 * kSecond)}};
  const auto thermal = verdict_of(run_for(600, steady), histories, slowed);
  EXPECT_EQ(thermal.verdict, ThermalVerdict::throttled);
  EXPECT_EQ(thermal.reason, "clocks were cut for 10.0 s of 10 min 00 s");
  const TimeSpans later{{Nanoseconds(600 * kSecond), Nanoseconds(700 * kSecond)}};
  EXPECT_EQ(verdict_of(run_for(600, steady), histories, later).verdict, ThermalVerdict::sustained);
}

TEST(ThermalVerdict, WithoutASensorNobodyKnows) {
  EXPECT_EQ(verdict_of(run_for(30, steady), {}).verdict, ThermalVerdict::unknown);
  EXPECT_EQ(verdict_of(run_for(900, steady), {}).verdict, ThermalVerdict::unknown);
  const Histories rare{{"temperature.tj", {{Nanoseconds(1), 40}, {Nanoseconds(kSecond), 40}}}};
  EXPECT_EQ(verdict_of(run_for(900, steady), rare).verdict, ThermalVerdict::unknown);
}

TEST(ThermalVerdict, GoesByTheJunctionElseByTheHottestZone) {
  Histories histories{{"temperature.tdiode", readings(60, [](int) { return 90.0; })},
                      {"temperature.acpitz", readings(60, [](int) { return 27.0; })}};
  EXPECT_THAT(verdict_of(run_for(60, steady), histories).reason, HasSubstr("tdiode was at 90.0"));
  histories["temperature.cpu-thermal"] = readings(60, warm);
  EXPECT_THAT(verdict_of(run_for(60, steady), histories).reason, HasSubstr("cpu-thermal was"));
  histories["temperature.gpu0"] = readings(60, warm);
  const auto run = run_for(60, steady);
  EXPECT_THAT(thermal_record({"rgb", "gpu0", run}, histories, {})->reason,
              HasSubstr("gpu0 was at"));
  histories["temperature.tj-thermal"] = readings(60, warm);
  EXPECT_THAT(verdict_of(run, histories).reason, HasSubstr("tj-thermal was"));
}

// As JetPack 4 and 5 call them: the PMIC's die is always at 50 °C.
TEST(ThermalVerdict, IsNotThatOfASensorThatTellsOneNumberForEver) {
  const auto run = run_for(600, steady);
  Histories histories{{"temperature.PMIC-Die", readings(600, [](int) { return 50.0; })}};
  EXPECT_EQ(verdict_of(run, histories).verdict, ThermalVerdict::unknown);
  histories["temperature.AO-therm"] = readings(600, [](int) { return 45.0; });
  histories["temperature.thermal-fan-est"] = readings(600, [](int) { return 40.0; });
  histories["temperature.CPU-therm"] = readings(600, [](int) { return 38.0; });
  histories["temperature.GPU-therm"] = readings(600, warming);
  EXPECT_THAT(verdict_of(run, histories).reason, HasSubstr("CPU-therm stayed at 38.0"));
  const auto on_gpu = thermal_record({"rgb", "gpu", run}, histories, {});
  EXPECT_EQ(on_gpu->verdict, ThermalVerdict::cold);
  EXPECT_THAT(on_gpu->reason, HasSubstr("GPU-therm still rose"));
  histories["temperature.tj-therm"] = readings(600, warm);
  EXPECT_THAT(verdict_of(run, histories).reason, HasSubstr("tj-therm stayed at 61.5"));
}

TEST(ThermalVerdict, ComparesTheLastMinuteWithTheFirst) {
  const auto slower = [](int second) { return second < 60 ? 10.0 : second < 90 ? 99.0 : 12.5; };
  const auto thermal = verdict_of(run_for(150, slower), {});
  EXPECT_EQ(thermal.first_minute_p50_ms, 10.0);
  EXPECT_EQ(thermal.last_minute_p50_ms, 12.5);
  EXPECT_EQ(thermal.ratio, 1.25);
  const auto shorter = verdict_of(run_for(119, slower), {});
  EXPECT_FALSE(shorter.first_minute_p50_ms || shorter.last_minute_p50_ms || shorter.ratio);
}

}  // namespace
}  // namespace jetmeter
