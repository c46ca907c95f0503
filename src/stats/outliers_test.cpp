#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>

#include "jetmeter/stats.h"
#include "stats/test_draws.h"

namespace jetmeter {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Finite, DropsWhatIsNoNumberAndCountsIt) {
  const auto result = finite(std::array{1.0, kNaN, kInfinity, -kInfinity, -2.0,
                                        std::numeric_limits<double>::denorm_min()});
  EXPECT_THAT(result.values, ElementsAre(1.0, -2.0, std::numeric_limits<double>::denorm_min()));
  EXPECT_EQ(result.dropped, 3);
  EXPECT_EQ(finite({}).dropped, 0);
}

TEST(MedianAbsoluteDeviation, OfKnownNumbers) {
  EXPECT_EQ(median_absolute_deviation(std::array{1.0, 1.0, 2.0, 2.0, 4.0, 6.0, 9.0}), 1);
  EXPECT_EQ(median_absolute_deviation(std::array{1.0, 2.0, 3.0, 100.0}), 1);
  EXPECT_EQ(median_absolute_deviation(std::array{5.0}), 0);
  EXPECT_EQ(median_absolute_deviation(std::vector(9, 5.0)), 0);
}

TEST(Outliers, AreToldWhereTheyAre) {
  test::Draws draws(1);
  auto samples = draws.shaped(1000, test::latency);
  samples[3] = 50;
  samples[700] = 1;
  samples[999] = 20;
  const auto found = outliers(samples);
  EXPECT_EQ(found.low, 1);
  EXPECT_EQ(found.high, 2);
  EXPECT_THAT(found.first, ElementsAre(3, 700, 999));
}

TEST(Outliers, AreCountedBeyondTheFirstHundred) {
  std::vector<double> samples(1000, 10.0);
  for (std::size_t i = 0; i < 150; ++i) samples[i] = 20;
  const auto found = outliers(samples);
  EXPECT_EQ(found.high, 150);
  EXPECT_EQ(found.first.size(), 100U);
  EXPECT_EQ(found.first.back(), 99);
}

TEST(Outliers, AreNotWhatLiesWithinAHundredthOfTheMedian) {
  std::vector<double> samples(100, 10.0);
  samples[5] = 10.09;
  EXPECT_EQ(outliers(samples).high, 0);
  samples[5] = 10.11;
  EXPECT_EQ(outliers(samples).high, 1);
}

TEST(Outliers, AreTheSameWhereTheSamplesAreSortedToo) {
  test::Draws draws(2);
  auto samples = draws.shaped(999, test::latency);
  samples[500] = 40;
  auto sorted = samples;
  std::ranges::sort(sorted);
  const auto found = outliers(samples), sooner = outliers(samples, sorted);
  EXPECT_EQ(sooner.high, found.high);
  EXPECT_EQ(sooner.first, found.first);
  ASSERT_TRUE(sooner.inside && found.inside);
  EXPECT_DOUBLE_EQ(sooner.inside->low, found.inside->low);
  EXPECT_DOUBLE_EQ(sooner.inside->high, found.inside->high);
  EXPECT_TRUE(found.inside->contains(sorted[499]));
  EXPECT_FALSE(found.inside->contains(40));
}

TEST(Outliers, OfTooFewSamplesAreUnknown) {
  EXPECT_THAT(outliers({}).first, IsEmpty());
  EXPECT_EQ(outliers(std::array{1.0, 1.0, 100.0}).high, 0);
  EXPECT_FALSE(outliers(std::array{1.0, 1.0, 100.0}).inside);
}

}  // namespace
}  // namespace jetmeter
