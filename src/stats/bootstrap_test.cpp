#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "jetmeter/stats.h"
#include "stats/test_draws.h"

namespace jetmeter {
namespace {

double mean(std::span<const double> samples) {
  double sum = 0;
  for (const double* x = samples.data(); x != samples.data() + samples.size(); ++x) sum += *x;
  return sum / static_cast<double>(samples.size());
}

TEST(Bootstrap, IsRepeatableFromItsSeed) {
  test::Draws draws(1);
  const auto samples = draws.shaped(50, test::latency);
  const auto one = bootstrap_interval(samples, mean), again = bootstrap_interval(samples, mean);
  const auto other = bootstrap_interval(samples, mean, {.seed = 2});
  ASSERT_TRUE(one && again && other);
  EXPECT_EQ(one->low, again->low);
  EXPECT_EQ(one->high, again->high);
  EXPECT_NE(one->low, other->low);
}

TEST(Bootstrap, IsAbsentWhereItSaysNothing) {
  EXPECT_FALSE(bootstrap_interval({}, mean));
  EXPECT_FALSE(bootstrap_interval(std::vector{1.0, 2.0, 3.0}, mean));
  EXPECT_FALSE(bootstrap_interval(std::vector(100, 1.0), mean, {.block = 26}));
  const auto no_number = [](std::span<const double>) {
    return std::numeric_limits<double>::quiet_NaN();
  };
  EXPECT_FALSE(bootstrap_interval(std::vector(100, 1.0), no_number));
}

TEST(Bootstrap, OfEqualSamplesHasNoWidth) {
  const auto interval = bootstrap_interval(std::vector(20, 7.0), mean);
  ASSERT_TRUE(interval);
  EXPECT_EQ(interval->low, 7);
  EXPECT_EQ(interval->high, 7);
}

// Blocks of 8, and of 4 beside them, that wrap around: each resample of 0 … 31 is made of runs of
// consecutive numbers.
TEST(Bootstrap, DrawsBlocksOfConsecutiveSamples) {
  std::vector<double> samples(32);
  std::iota(samples.begin(), samples.end(), 0.0);
  const auto runs = [](std::span<const double> resample) {
    EXPECT_EQ(resample.size(), 32U);
    double broken = 0;
    for (std::size_t i = 1; i < resample.size(); ++i)
      if (i % 4 != 0 && resample[i] != std::fmod(resample[i - 1] + 1, 32)) ++broken;
    return broken;
  };
  EXPECT_EQ(bootstrap_interval(samples, runs, {.rounds = 50, .block = 8})->high, 0);
}

double coverage(int draws, std::int64_t block, double truth,
                const std::function<std::vector<double>()>& draw) {
  int held = 0;
  for (int i = 0; i < draws; ++i) {
    const auto interval = bootstrap_interval(
        draw(), mean, {.rounds = 150, .block = block, .seed = static_cast<std::uint64_t>(i)});
    held += interval && interval->contains(truth) ? 1 : 0;
  }
  return 100.0 * held / draws;
}

TEST(BootstrapCoverage, HoldsTheTruthAsOftenAsItSays) {
  test::Draws draws(2);
  const auto exponential = [](double z) { return -std::log(std::erfc(z / std::sqrt(2.0)) / 2); };
  const double normal = coverage(600, 1, 0, [&] { return draws.shaped(60, test::as_is); });
  EXPECT_GE(normal, 93);
  EXPECT_LE(normal, 97);
  const double skewed = coverage(600, 1, 1, [&] { return draws.shaped(150, exponential); });
  EXPECT_GE(skewed, 93);
  EXPECT_LE(skewed, 97);
  const double two = coverage(600, 1, 10.3, [&] { return draws.bimodal(60, 10, 11, 0.2, 0.7); });
  EXPECT_GE(two, 93);
  EXPECT_LE(two, 97);
}

TEST(BootstrapCoverage, InBlocksOfSamplesThatRemember) {
  test::Draws draws(3);
  const double some =
      coverage(500, 25, 0, [&] { return draws.autoregressive(400, 0.5, test::as_is); });
  EXPECT_GE(some, 93);
  EXPECT_LE(some, 97);
  const double much =
      coverage(600, 100, 0, [&] { return draws.autoregressive(2000, 0.9, test::as_is); });
  EXPECT_GE(much, 93);
  EXPECT_LE(much, 97);
}

}  // namespace
}  // namespace jetmeter
