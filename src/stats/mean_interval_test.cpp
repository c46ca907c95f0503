#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numeric>

#include "jetmeter/stats.h"
#include "stats/test_draws.h"

namespace jetmeter {
namespace {

double mean(std::span<const double> samples) {
  return std::accumulate(samples.begin(), samples.end(), 0.0) / static_cast<double>(samples.size());
}

TEST(MeanInterval, IsAbsentWhereItSaysNothing) {
  EXPECT_FALSE(mean_interval({}));
  EXPECT_FALSE(mean_interval(std::vector{1.0, 2.0, 3.0}));
}

TEST(MeanInterval, OfFewSamplesIsTheirBootstrap) {
  test::Draws draws(1);
  const auto samples = draws.shaped(300, [](double z) { return std::abs(z); });
  const auto interval = mean_interval(samples);
  ASSERT_TRUE(interval);
  EXPECT_EQ(interval->group, 1);
  const auto direct = bootstrap_interval(samples, mean, {.block = interval->block});
  EXPECT_DOUBLE_EQ(interval->interval.low, direct->low);
  EXPECT_DOUBLE_EQ(interval->interval.high, direct->high);
}

// Groups of 6; the last holds 11.
TEST(MeanInterval, CountsEverySampleOnce) {
  std::vector<double> samples(203, 1.0);
  samples.back() = 24;
  const auto interval = mean_interval(samples, {.most_groups = 40});
  ASSERT_TRUE(interval);
  EXPECT_EQ(interval->group, 6);
  EXPECT_TRUE(interval->interval.contains(mean(samples)));
}

TEST(MeanInterval, OfManyEqualSamplesHasNoWidth) {
  const auto interval = mean_interval(std::vector(12'345, 7.0));
  ASSERT_TRUE(interval);
  EXPECT_EQ(interval->group, 3);
  EXPECT_DOUBLE_EQ(interval->interval.low, 7);
  EXPECT_DOUBLE_EQ(interval->interval.high, 7);
}

// A bootstrap of all of them would draw a thousand million times.
TEST(MeanInterval, OfAMillionSamplesIsAsWideAsTheirScatterSays) {
  test::Draws draws(2);
  const auto samples = draws.shaped(1'000'000, test::as_is);
  const auto interval = mean_interval(samples);
  ASSERT_TRUE(interval);
  EXPECT_EQ(interval->group, 200);
  EXPECT_NEAR(interval->interval.high - interval->interval.low, 2 * 1.96 / 1000, 0.0006);
  EXPECT_TRUE(interval->interval.contains(mean(samples)));
}

double coverage(int draws, double truth, const std::function<std::vector<double>()>& draw) {
  int held = 0;
  for (int i = 0; i < draws; ++i) {
    const auto found = mean_interval(
        draw(), {.most_groups = 500, .rounds = 150, .seed = static_cast<std::uint64_t>(i)});
    held += found && found->interval.contains(truth) ? 1 : 0;
  }
  return 100.0 * held / draws;
}

TEST(MeanIntervalCoverage, InGroupsHoldsTheTruthAsOftenAsItSays) {
  test::Draws draws(3);
  const double independent = coverage(400, 0, [&] { return draws.shaped(2'000, test::as_is); });
  EXPECT_GE(independent, 92);
  EXPECT_LE(independent, 98.5);
}

// They remember 19 samples, longer than a group of 10 and not by much: neither the means of the
// groups are independent, nor are they so alike that a long block is needed.
TEST(MeanIntervalCoverage, InGroupsOfSamplesThatRemember) {
  test::Draws draws(4);
  const double grouped =
      coverage(400, 0, [&] { return draws.autoregressive(5'000, 0.9, test::as_is); });
  EXPECT_GE(grouped, 92);
  EXPECT_LE(grouped, 99);
}

}  // namespace
}  // namespace jetmeter
