#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "jetmeter/stats.h"
#include "stats/test_draws.h"

namespace jetmeter {
namespace {

TEST(EffectiveN, OfNothingOneAndEqualSamples) {
  EXPECT_EQ(effective_n({}), 0);
  EXPECT_EQ(mean_effective_n({}), 0);
  EXPECT_EQ(effective_n(std::vector{3.0}), 1);
  EXPECT_EQ(effective_n(std::vector(50, 3.0)), 50);
  EXPECT_EQ(mean_effective_n(std::vector(50, 3.0)), 50);
}

TEST(EffectiveN, OfIndependentSamplesIsNearlyAll) {
  test::Draws draws(1);
  const auto samples = draws.shaped(10000, test::latency);
  EXPECT_GT(effective_n(samples), 9000);
  EXPECT_LE(effective_n(samples), 10000);
  EXPECT_GT(mean_effective_n(samples), 9000);
}

// The autocorrelations of AR(1) are phi^k, those of whether it is above its median
// 2/pi asin(phi^k).
TEST(EffectiveN, OfSamplesThatRememberIsWhatTheirTimeSays) {
  test::Draws draws(2);
  constexpr double kPhi = 0.9;
  const auto samples = draws.autoregressive(200000, kPhi, test::as_is);
  double time = 1;
  for (int k = 1; k < 400; ++k) time += 4 / std::numbers::pi * std::asin(std::pow(kPhi, k));
  EXPECT_NEAR(200000 / effective_n(samples), time, 0.07 * time);
  const double of_mean = (1 + kPhi) / (1 - kPhi);
  EXPECT_NEAR(200000 / mean_effective_n(samples), of_mean, 0.07 * of_mean);
}

// Longer than the lags that are looked at in one go: in blocks.
TEST(EffectiveN, OfVeryLongMemory) {
  test::Draws draws(3);
  constexpr double kPhi = 0.998;
  const auto samples = draws.autoregressive(500000, kPhi, test::as_is);
  const double of_mean = (1 + kPhi) / (1 - kPhi);
  EXPECT_NEAR(500000 / mean_effective_n(samples), of_mean, 0.15 * of_mean);
}

TEST(EffectiveN, OfOneStepIsAlmostNothing) {
  std::vector<double> step(1000, 1.0);
  std::fill(step.begin() + 500, step.end(), 2.0);
  EXPECT_LT(effective_n(step), 5);
  EXPECT_GE(effective_n(step), 1);
}

TEST(EffectiveN, OfAlternatingSamplesIsNoMoreThanAll) {
  std::vector<double> zigzag(1000);
  for (std::size_t i = 0; i < zigzag.size(); ++i) zigzag[i] = i % 2 == 0 ? 1 : 2;
  EXPECT_EQ(effective_n(zigzag), 1000);
}

TEST(EffectiveN, DoesNotMindTiesAtTheMedian) {
  test::Draws draws(4);
  auto samples = draws.shaped(2000, [](double z) { return z < 1 ? 1.0 : 2.0; });
  EXPECT_GT(effective_n(samples), 1500);
}

TEST(EffectiveN, IsTheSameWhereTheSamplesAreSortedToo) {
  test::Draws draws(5);
  const auto samples =
      draws.autoregressive(3000, 0.7, [](double z) { return std::round(10 * test::latency(z)); });
  auto sorted = samples;
  std::ranges::sort(sorted);
  for (const double q : {0.5, 0.9, 0.99})
    EXPECT_EQ(effective_n(samples, sorted, q), effective_n(samples, q)) << q;
  EXPECT_EQ(effective_n({}, {}, 0.5), 0);
}

TEST(EffectiveN, OfTinyAndHugeSamples) {
  std::vector<double> extreme(100);
  for (std::size_t i = 0; i < extreme.size(); ++i)
    extreme[i] = i * 37 % 100 < 50 ? std::numeric_limits<double>::denorm_min()
                                   : std::numeric_limits<double>::max();
  EXPECT_GE(effective_n(extreme), 1);
  EXPECT_LE(effective_n(extreme), 100);
}

}  // namespace
}  // namespace jetmeter
