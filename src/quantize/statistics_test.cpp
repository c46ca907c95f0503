#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "jetmeter/quantize.h"

namespace jetmeter {
namespace {

TensorStatistics of(const std::vector<float>& values) {
  TensorStatistics statistics;
  statistics.add(values);
  return statistics;
}

// 0, 1, … n-1, each once.
std::vector<float> ramp(std::size_t n) {
  std::vector<float> values(n);
  std::iota(values.begin(), values.end(), 0.0F);
  return values;
}

TEST(TensorStatistics, KeepsExactExtremes) {
  const auto statistics = of({-1.25F, 3.5F, 0});
  EXPECT_EQ(statistics.count(), 3U);
  EXPECT_EQ(statistics.min(), -1.25F);
  EXPECT_EQ(statistics.max(), 3.5F);
  EXPECT_EQ(statistics.limit(), 4);
}

TEST(TensorStatistics, CountsWhatIsNotFiniteApart) {
  const auto inf = std::numeric_limits<float>::infinity();
  const auto statistics = of({inf, -inf, std::nanf(""), 1});
  EXPECT_EQ(statistics.count(), 1U);
  EXPECT_EQ(statistics.not_finite(), 3U);
  EXPECT_EQ(statistics.max(), 1);
}

TEST(TensorStatistics, DoesNotDependOnThePortions) {
  auto values = ramp(2000);
  for (auto& value : values) value = (value - 700) * 0.01F;
  TensorStatistics portions;
  for (const float value : values) portions.add({&value, 1});
  EXPECT_EQ(portions.parts(), of(values).parts());
}

TEST(TensorStatistics, ComesBackFromItsParts) {
  const auto statistics = of({-2, 5, 0.25F});
  const auto again = TensorStatistics::from_parts(statistics.parts());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->parts(), statistics.parts());
}

TEST(TensorStatistics, RefusesPartsThatContradictEachOther) {
  const auto good = of({-2, 5, 0.25F}).parts();
  auto fewer = good;
  fewer.count = 2;
  EXPECT_FALSE(TensorStatistics::from_parts(fewer));
  auto beyond = good;
  beyond.max = 100;
  EXPECT_FALSE(TensorStatistics::from_parts(beyond));
  auto cut = good;
  cut.bins.resize(7);
  EXPECT_FALSE(TensorStatistics::from_parts(cut));
}

TEST(RangeOf, MinmaxIsAllThatWasSeen) {
  EXPECT_EQ(range_of(of({-2, 5}), {}), (TensorRange{-2, 5}));
}

TEST(RangeOf, PercentileLeavesOutHalfOfTheRestOnEitherSide) {
  const auto range = range_of(of(ramp(1000)), {CalibrationMethod::percentile, 98});
  EXPECT_NEAR(range.low, 10, 0.3);  // a bin is 1024 / 4096 wide
  EXPECT_NEAR(range.high, 990, 0.3);
}

TEST(RangeOf, PercentileNeverExceedsWhatWasSeen) {
  EXPECT_EQ(range_of(of({3, 3, 3}), {CalibrationMethod::percentile, 99.99}), (TensorRange{3, 3}));
}

TEST(RangeOf, EntropyCutsOffALoneOutlier) {
  std::vector<float> values;
  for (int i = 0; i < 100000; ++i)
    values.push_back(std::pow(static_cast<float>(i % 1000) * 0.001F, 2.0F));
  values.push_back(8);
  const auto range = range_of(of(values), {CalibrationMethod::entropy});
  EXPECT_EQ(range.low, 0);
  EXPECT_GE(range.high, 0.5F);
  EXPECT_LE(range.high, 3);
}

TEST(RangeOf, EntropyKeepsAnEvenSpreadWhole) {
  const auto range = range_of(of(ramp(4096)), {CalibrationMethod::entropy});
  EXPECT_NEAR(range.high, 4095, 150);
}

TEST(RangeOf, EntropyOfNothingButZeros) {
  EXPECT_EQ(range_of(of({0, 0, 0}), {CalibrationMethod::entropy}), (TensorRange{0, 0}));
}

}  // namespace
}  // namespace jetmeter
