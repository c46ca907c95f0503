#include "telemetry/history.h"

#include <gmock/gmock.h>

#include "telemetry/channel_stats.h"
#include "telemetry/energy_integral.h"

namespace jetmeter {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::vector<double> values(const History& history) {
  std::vector<double> out;
  for (const auto& point : history.points()) out.push_back(point.value);
  return out;
}

TEST(History, KeepsEverythingWhileItFits) {
  History history(8);
  for (int i = 0; i < 7; ++i) history.add(seconds(i), i);
  EXPECT_THAT(values(history), testing::ElementsAre(0, 1, 2, 3, 4, 5, 6));
}

TEST(History, GrowsCoarserAndEndsWithTheNewestReading) {
  History history(8);
  for (int i = 0; i <= 1000; ++i) {
    history.add(seconds(i), i);
    const auto points = history.points();
    ASSERT_LE(points.size(), 8u) << i;
    ASSERT_EQ(points.front().value, 0) << i;
    ASSERT_EQ(points.back().value, i);
    for (std::size_t k = 1; k < points.size(); ++k) ASSERT_LT(points[k - 1].at, points[k].at) << i;
  }
}

TEST(History, SpreadsItsPointsEvenly) {
  History history(64);
  for (int i = 0; i < 5000; ++i) history.add(seconds(i), i);
  const auto points = history.points();
  ASSERT_GE(points.size(), 32u);
  const auto step = points[1].at - points[0].at;
  for (std::size_t k = 1; k + 1 < points.size(); ++k)
    EXPECT_EQ(points[k].at - points[k - 1].at, step);
}

TEST(EnergyIntegral, IsTheTrapezoidRuleOverRealTimes) {
  EnergyIntegral energy(100, seconds(10));
  energy.add(seconds(0), 10);
  energy.add(seconds(1), 20);
  energy.add(seconds(4), 20);
  const auto all = energy.between(seconds(0), seconds(4));
  ASSERT_TRUE(all);
  EXPECT_DOUBLE_EQ(all->joules, 15 + 60);
  EXPECT_DOUBLE_EQ(all->covered_seconds, 4);
  const auto inner = energy.between(seconds(2), seconds(3));
  ASSERT_TRUE(inner);
  EXPECT_DOUBLE_EQ(inner->joules, 20);
}

TEST(EnergyIntegral, TimeOutsideTheReadingsIsNotCovered) {
  EnergyIntegral energy(100, seconds(10));
  energy.add(seconds(1), 10);
  energy.add(seconds(2), 10);
  const auto wider = energy.between(seconds(0), seconds(4));
  ASSERT_TRUE(wider);
  EXPECT_DOUBLE_EQ(wider->joules, 10);
  EXPECT_DOUBLE_EQ(wider->covered_seconds, 1);
  EXPECT_FALSE(energy.between(seconds(3), seconds(4)));
  EXPECT_FALSE(EnergyIntegral(100, seconds(1)).between(seconds(0), seconds(1)));
}

TEST(EnergyIntegral, AGapCoversNothing) {
  EnergyIntegral energy(100, seconds(2));
  energy.add(seconds(0), 10);
  energy.add(seconds(1), 10);
  energy.add(seconds(5), 1000);
  energy.add(seconds(6), 1000);
  const auto all = energy.between(seconds(0), seconds(6));
  ASSERT_TRUE(all);
  EXPECT_DOUBLE_EQ(all->joules, 10 + 1000);
  EXPECT_DOUBLE_EQ(all->covered_seconds, 2);
  EXPECT_FALSE(energy.between(seconds(2), seconds(4)));
}

TEST(EnergyIntegral, LosesNoEnergyWhenItGrowsCoarser) {
  EnergyIntegral energy(16, seconds(2));
  double expected = 0, before = 0;
  for (int i = 0; i <= 10000; ++i) {
    const double watts = i % 2 == 0 ? 5 : 9;
    if (i > 0) expected += (before + watts) / 2 * 0.1;
    before = watts;
    energy.add(milliseconds(100 * i), watts);
  }
  const auto all = energy.between(seconds(0), seconds(1000));
  ASSERT_TRUE(all);
  EXPECT_NEAR(all->joules, expected, 1e-6);
  EXPECT_NEAR(all->covered_seconds, 1000, 1e-6);
}

TEST(ChannelStats, CountsEveryReadingAndDrawsASampleForP95) {
  ChannelStats stats(4096);
  for (int i = 0; i < 100000; ++i) stats.add(i % 1000);
  ChannelReport report;
  stats.report(report);
  EXPECT_EQ(report.n, 100000);
  EXPECT_NEAR(*report.mean, 499.5, 1e-9);
  EXPECT_EQ(report.min, 0.0);
  EXPECT_EQ(report.max, 999.0);
  EXPECT_EQ(report.latest, 999.0);
  EXPECT_NEAR(*report.p95, 949, 15);  // four standard errors of a sample of 4096
}

TEST(ChannelStats, ThePercentileIsExactWhileEverythingIsInTheSample) {
  ChannelStats stats(4096);
  for (int i = 100; i >= 0; --i) stats.add(i);
  ChannelReport report;
  stats.report(report);
  EXPECT_EQ(report.p95, 95.0);
}

TEST(ChannelStats, HasNothingToSayBeforeTheFirstReading) {
  ChannelReport report;
  ChannelStats(16).report(report);
  EXPECT_EQ(report.n, 0);
  EXPECT_EQ(report.mean, std::nullopt);
  EXPECT_EQ(report.latest, std::nullopt);
}

}  // namespace
}  // namespace jetmeter
