#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numeric>
#include <random>

#include "jetmeter/stats.h"

namespace jetmeter {
namespace {

std::vector<double> one_to(int n) {
  std::vector<double> values(static_cast<std::size_t>(n));
  std::iota(values.begin(), values.end(), 1.0);
  return values;
}

TEST(Quantile, InterpolatesLinearlyBetweenOrderStatistics) {
  const std::array sorted{1.0, 2.0, 4.0, 8.0};
  EXPECT_DOUBLE_EQ(quantile(sorted, 0.0), 1.0);
  EXPECT_DOUBLE_EQ(quantile(sorted, 0.5), 3.0);
  EXPECT_DOUBLE_EQ(quantile(sorted, 0.75), 5.0);
  EXPECT_DOUBLE_EQ(quantile(sorted, 1.0), 8.0);
}

TEST(SamplesNeeded, IsWhereTheLargestSampleReachesTheQuantile) {
  EXPECT_EQ(samples_needed(0.50), 5);
  EXPECT_EQ(samples_needed(0.90), 29);
  EXPECT_EQ(samples_needed(0.95), 59);
  EXPECT_EQ(samples_needed(0.99), 299);
  EXPECT_EQ(samples_needed(0.999), 2995);
}

TEST(SamplesNeeded, KeepsItsPromiseOfNinetyFivePercent) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> uniform;
  int reached = 0;
  constexpr int kDraws = 4000;
  for (int draw = 0; draw < kDraws; ++draw) {
    double largest = 0;
    for (std::int64_t i = 0; i < samples_needed(0.95); ++i)
      largest = std::max(largest, uniform(random));
    reached += largest > 0.95 ? 1 : 0;
  }
  EXPECT_GE(reached, kDraws * 0.94);
  EXPECT_LE(reached, kDraws * 0.97);
}

TEST(Summarise, OfKnownNumbers) {
  const auto summary = summarise(one_to(101));
  EXPECT_EQ(summary.n, 101);
  EXPECT_DOUBLE_EQ(summary.mean.value(), 51.0);
  EXPECT_NEAR(summary.stdev.value(), std::sqrt(101.0 * 102.0 / 12.0), 1e-12);
  EXPECT_DOUBLE_EQ(summary.p50.value(), 51.0);
  EXPECT_DOUBLE_EQ(summary.p90.value(), 91.0);
  EXPECT_DOUBLE_EQ(summary.max.value(), 101.0);
}

TEST(Summarise, LeavesOutThePercentilesThatTheSampleDoesNotCarry) {
  const auto summary = summarise(one_to(60));
  EXPECT_TRUE(summary.p95);
  EXPECT_FALSE(summary.p99);
  ASSERT_EQ(summary.unsupported.size(), 2U);
  EXPECT_EQ(summary.unsupported[0].name, "p99");
  EXPECT_EQ(summary.unsupported[0].needs, 299);
}

TEST(Summarise, OfNothingHasNoMeanAndOfOneHasNoSpread) {
  const auto nothing = summarise({});
  EXPECT_EQ(nothing.n, 0);
  EXPECT_FALSE(nothing.mean || nothing.min || nothing.p50 || nothing.stdev);
  const auto one = summarise(std::array{4.0});
  EXPECT_DOUBLE_EQ(one.mean.value(), 4.0);
  EXPECT_FALSE(one.stdev);
}

TEST(Summarise, DoesNotLoseASmallSpreadOnALargeMean) {
  const std::array samples{1e9 + 1.0, 1e9 + 2.0, 1e9 + 3.0};
  EXPECT_NEAR(summarise(samples).stdev.value(), 1.0, 1e-9);
}

}  // namespace
}  // namespace jetmeter
