#include "cli/sweep_row.h"

#include <gtest/gtest.h>

namespace jetmeter {
namespace {

SweepStep step() {
  return {.id = "001-m", .digest = "d", .values = {{"threads", "1"}}};
}

// A mean of 10 ms, which is known to lie between 8 and 16.
Record measured(std::string scenario) {
  Record record;
  auto& slot = record.slots.emplace_back();
  slot.status = SlotStatus::completed;
  slot.throughput_fps = 100;
  slot.latency_ms.mean = 10;
  slot.latency_ms.p50 = 9;
  slot.load.emplace().scenario = std::move(scenario);
  auto& statistics = slot.statistics.emplace();
  statistics.mean_low_ms = 8;
  statistics.mean_high_ms = 16;
  auto& p50 = statistics.quantiles.emplace_back();
  p50.name = "p50";
  p50.low_ms = 8.5;
  p50.high_ms = 9.5;
  return record;
}

TEST(SweepRowOfARecord, WithoutARecordTheStepHasFailed) {
  const auto row = sweep_row(step(), nullptr);
  EXPECT_EQ(row.step.id, "001-m");
  EXPECT_EQ(row.status, "failed");
  EXPECT_FALSE(row.latency_p50_ms);
  EXPECT_TRUE(row.ranges.empty());
}

TEST(SweepRowOfARecord, HasTheRangesThatTheStatisticsTell) {
  const auto record = measured("single");
  const auto row = sweep_row(step(), &record);
  EXPECT_EQ(row.status, "completed");
  EXPECT_EQ(row.latency_p50_ms, 9);
  ASSERT_TRUE(row.ranges.contains(SweepMetric::latency_p50));
  EXPECT_DOUBLE_EQ(row.ranges.at(SweepMetric::latency_p50).low, 8.5);
  EXPECT_FALSE(row.ranges.contains(SweepMetric::latency_p99));
  ASSERT_TRUE(row.ranges.contains(SweepMetric::throughput));
  EXPECT_DOUBLE_EQ(row.ranges.at(SweepMetric::throughput).low, 62.5);
  EXPECT_DOUBLE_EQ(row.ranges.at(SweepMetric::throughput).high, 125);
}

// There the throughput is what was asked for, however long one takes.
TEST(SweepRowOfARecord, APacedLoadHasNoRangeOfItsThroughput) {
  const auto record = measured("rate");
  EXPECT_FALSE(sweep_row(step(), &record).ranges.contains(SweepMetric::throughput));
}

}  // namespace
}  // namespace jetmeter
