#include "run/bound_check.h"

#include <gmock/gmock.h>

#include "run/self_warnings.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;

constexpr std::int64_t kMs = 1'000'000;

// 100 a second were found, and measured for 4 s.
SlotData measured(const RateBound& bound, std::int64_t latency_ms, std::int64_t growing_us = 0) {
  SlotData data;
  data.status = SlotStatus::completed;
  data.spec.bench.emplace().find_rate = bound;
  data.bench.emplace().load.found_per_second = 100;
  auto& load = data.bench->load;
  load.per_second = 100;
  load.stopped_by = name(StopReason::minimums_met);
  load.issued = load.done = 400;
  for (std::int64_t i = 0; i < 400; ++i) {
    FrameSample sample;
    sample.index = i;
    sample.started_ns = sample.began_ns = i * 10 * kMs;
    sample.latency_ns = latency_ms * kMs + i * growing_us * 1000 + i % 7 * 100'000;
    data.measure.samples.push_back(sample);
  }
  data.measure.report = PassReport{.wall_ns = 4000 * kMs};
  return data;
}

const RateBound kBound{.quantile = 0.9, .latency = std::chrono::milliseconds(20)};

TEST(JudgeMeasurement, SaysWhetherTheBoundHeld) {
  EXPECT_TRUE(judge_measurement(measured(kBound, 5)).value().holds);
  const auto broken = judge_measurement(measured(kBound, 59)).value();
  EXPECT_FALSE(broken.holds);
  EXPECT_THAT(broken.reason, HasSubstr("p90 is 59.6 ms"));
  EXPECT_FALSE(judge_measurement(measured({.latency = std::chrono::seconds(9)}, 5, 100))->holds);
}

TEST(JudgeMeasurement, WhatIsTooLittleToConfirmTheBoundIsNoBrokenBound) {
  const auto data = measured({.quantile = 0.99, .latency = std::chrono::milliseconds(9)}, 5);
  EXPECT_EQ(judge_measurement(data).value().wants, 828);
  const auto load = slot_record(data, std::nullopt).load.value();
  EXPECT_FALSE(load.bound_held);
  EXPECT_THAT(load.bound_reason.value(), HasSubstr("too few to confirm it: 662 would"));
}

TEST(JudgeMeasurement, SaysNothingWhereThereIsNothingToJudge) {
  auto data = measured(kBound, 5);
  data.bench->load.found_per_second.reset();
  EXPECT_FALSE(judge_measurement(data));
  data = measured(kBound, 5);
  data.bench->load.stopped_by = name(StopReason::interrupted);
  EXPECT_FALSE(judge_measurement(data));
  data = measured(kBound, 5);
  data.measure.report.reset();
  EXPECT_FALSE(judge_measurement(data));
  data = measured({.quantile = 0.999, .latency = std::chrono::seconds(1)}, 5);
  EXPECT_FALSE(judge_measurement(data));
  data = measured(kBound, 5);
  data.spec.bench->find_rate.reset();
  EXPECT_FALSE(judge_measurement(data));
}

TEST(JudgeMeasurement, ABrokenBoundIsWarnedOf) {
  const auto codes = [](const SlotData& data) {
    std::vector<std::string> found;
    for (const auto& warning : self_warnings(data, slot_record(data, std::nullopt)))
      found.push_back(warning.code);
    return found;
  };
  EXPECT_THAT(codes(measured(kBound, 59)), testing::Contains("bound_not_held"));
  EXPECT_THAT(codes(measured(kBound, 5)), testing::Not(testing::Contains("bound_not_held")));
}

}  // namespace
}  // namespace jetmeter
