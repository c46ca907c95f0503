#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "jetmeter/stats.h"
#include "stats/test_draws.h"

namespace jetmeter {
namespace {

std::vector<double> one_to(int n) {
  std::vector<double> values(static_cast<std::size_t>(n));
  std::iota(values.begin(), values.end(), 1.0);
  return values;
}

TEST(QuantileInterval, LiesAtTheRanksOfTheBinomialDistribution) {
  // P[Bin(100, 1/2) <= 39] on either side.
  const auto interval = quantile_interval(one_to(100), 0.5, 0, 1 - 2 * 0.0176001001088524);
  ASSERT_TRUE(interval);
  EXPECT_NEAR(interval->low, 40, 1e-6);
  EXPECT_NEAR(interval->high, 61, 1e-6);
}

TEST(QuantileInterval, IsAbsentWhereEvenTheExtremesDoNotReach) {
  EXPECT_FALSE(quantile_interval({}, 0.5));
  EXPECT_FALSE(quantile_interval(one_to(1), 0.5));
  EXPECT_FALSE(quantile_interval(one_to(5), 0.5));  // 1 - 2 / 2^5 < 0.95
  EXPECT_TRUE(quantile_interval(one_to(6), 0.5));
  EXPECT_FALSE(quantile_interval(one_to(367), 0.99));  // 0.99^367 > 0.025
  EXPECT_TRUE(quantile_interval(one_to(368), 0.99));
}

TEST(QuantileInterval, HoldsTheExtremesWhereTheyJustReach) {
  const auto interval = quantile_interval(one_to(6), 0.5, 0, 1 - 2.0 / 64);
  ASSERT_TRUE(interval);
  EXPECT_NEAR(interval->low, 1, 1e-6);
  EXPECT_NEAR(interval->high, 6, 1e-6);
}

TEST(QuantileInterval, LiesAtItsRanks) {
  const auto ranks = quantile_interval_ranks(10'000, 0.9, 2'500);
  const auto interval = quantile_interval(one_to(10'000), 0.9, 2'500);
  ASSERT_TRUE(ranks && interval);
  EXPECT_NEAR(ranks->low, interval->low, 1e-6);
  EXPECT_NEAR(ranks->high, interval->high, 1e-6);
  EXPECT_FALSE(quantile_interval_ranks(0, 0.5));
  EXPECT_FALSE(quantile_interval_ranks(367, 0.99));
}

TEST(QuantileInterval, OfAQuarterOfTheSamplesIsTwiceAsWide) {
  const auto sorted = one_to(10000);
  const auto all = *quantile_interval(sorted, 0.5), quarter = *quantile_interval(sorted, 0.5, 2500);
  EXPECT_NEAR((quarter.high - quarter.low) / (all.high - all.low), 2, 0.01);
  EXPECT_NEAR(quarter.low + quarter.high, 10001, 1e-3);
}

TEST(QuantileInterval, TakesMoreThanAllSamplesForAll) {
  const auto all = *quantile_interval(one_to(100), 0.5);
  EXPECT_EQ(quantile_interval(one_to(100), 0.5, 1e9)->low, all.low);
}

TEST(QuantileInterval, OfMillionsIsAsNarrowAsTheNormalSays) {
  const int n = 3'000'000;
  const auto interval = quantile_interval(one_to(n), 0.99);
  ASSERT_TRUE(interval);
  const double deviation = std::sqrt(0.99 * 0.01 * n);
  EXPECT_NEAR(interval->low, 0.99 * n + 0.5 - 1.96 * deviation, 5);
  EXPECT_NEAR(interval->high, 0.99 * n + 0.5 + 1.96 * deviation, 5);
}

TEST(QuantileInterval, OfEqualTinyAndHugeSamples) {
  const std::vector<double> equal(100, 7.0);
  EXPECT_EQ(quantile_interval(equal, 0.5)->low, 7);
  EXPECT_EQ(quantile_interval(equal, 0.5)->high, 7);
  const std::vector<double> tiny(100, std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(quantile_interval(tiny, 0.5)->high, std::numeric_limits<double>::denorm_min());
  const std::vector<double> huge(100, std::numeric_limits<double>::max());
  EXPECT_EQ(quantile_interval(huge, 0.5)->high, std::numeric_limits<double>::max());
}

enum class Kind { independent, remembering };

// Percent of draws in which the interval of the q-quantile holds the truth; of samples that
// remember, as wide as the effective number asks for.
double coverage(int draws, double q, double truth, const std::function<std::vector<double>()>& draw,
                Kind kind = Kind::independent) {
  int held = 0;
  for (int i = 0; i < draws; ++i) {
    auto samples = draw();
    const double worth = kind == Kind::independent ? 0 : effective_n(samples, q);
    std::ranges::sort(samples);
    const auto interval = quantile_interval(samples, q, worth);
    held += interval && interval->contains(truth) ? 1 : 0;
  }
  return 100.0 * held / draws;
}

constexpr double kNormal90 = 1.2815515655446004, kNormal99 = 2.3263478740408408;

#define EXPECT_HOLDS(percent)    \
  do {                           \
    const double held = percent; \
    EXPECT_GE(held, 93);         \
    EXPECT_LE(held, 97);         \
  } while (false)

TEST(QuantileIntervalCoverage, OfIndependentSamples) {
  test::Draws draws(1);
  const auto lognormal = [](double z) { return std::exp(z); };
  const auto exponential = [](double z) { return -std::log(std::erfc(z / std::sqrt(2.0)) / 2); };
  EXPECT_HOLDS(coverage(800, 0.5, 0, [&] { return draws.shaped(300, test::as_is); }));
  EXPECT_HOLDS(coverage(800, 0.9, kNormal90, [&] { return draws.shaped(300, test::as_is); }));
  EXPECT_HOLDS(coverage(600, 0.99, kNormal99, [&] { return draws.shaped(1500, test::as_is); }));
  EXPECT_HOLDS(coverage(800, 0.5, 1, [&] { return draws.shaped(300, lognormal); }));
  EXPECT_HOLDS(
      coverage(800, 0.9, std::exp(kNormal90), [&] { return draws.shaped(300, lognormal); }));
  EXPECT_HOLDS(coverage(800, 0.5, std::log(2.0), [&] { return draws.shaped(300, exponential); }));
  EXPECT_HOLDS(coverage(800, 0.9, std::log(10.0), [&] { return draws.shaped(300, exponential); }));
}

TEST(QuantileIntervalCoverage, OfTwoClockStates) {
  test::Draws draws(2);
  const auto draw = [&] { return draws.bimodal(300, 10, 11, 0.2, 0.7); };
  const auto quantile_of = [](double q) {
    double low = 0, high = 20;
    for (int i = 0; i < 60; ++i) {
      const double x = (low + high) / 2;
      (test::bimodal_probability(x, 10, 11, 0.2, 0.7) < q ? low : high) = x;
    }
    return low;
  };
  EXPECT_HOLDS(coverage(800, 0.5, quantile_of(0.5), draw));
  EXPECT_HOLDS(coverage(800, 0.9, quantile_of(0.9), draw));
}

TEST(QuantileIntervalCoverage, OfSamplesThatRemember) {
  test::Draws draws(3);
  const auto remembering = [&](std::size_t n, double phi) {
    return [&draws, n, phi] { return draws.autoregressive(n, phi, test::as_is); };
  };
  EXPECT_HOLDS(coverage(700, 0.5, 0, remembering(400, 0.5), Kind::remembering));
  EXPECT_HOLDS(coverage(700, 0.9, kNormal90, remembering(600, 0.5), Kind::remembering));
  EXPECT_HOLDS(coverage(500, 0.99, kNormal99, remembering(2500, 0.5), Kind::remembering));
  EXPECT_HOLDS(coverage(500, 0.5, 0, remembering(1500, 0.9), Kind::remembering));
  EXPECT_HOLDS(coverage(600, 0.9, kNormal90, remembering(2000, 0.9), Kind::remembering));
}

// A limit falls on a tie more often than not, and ties hold more than they must: only the lower
// bound can be kept.
TEST(QuantileIntervalCoverage, OfACoarseClockIsNeverTooSmall) {
  test::Draws draws(4);
  const auto coarse = [](double z) { return std::round(10 + 2 * z); };
  EXPECT_GE(coverage(1000, 0.5, 10, [&] { return draws.shaped(300, coarse); }), 93);
  EXPECT_GE(coverage(1000, 0.9, 13, [&] { return draws.shaped(300, coarse); }), 93);
}

}  // namespace
}  // namespace jetmeter
