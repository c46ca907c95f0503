#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "jetmeter/stats.h"
#include "stats/test_draws.h"

namespace jetmeter {
namespace {

// A sample every 10 ms; the last is `grown` more than the first.
std::vector<TimedValue> timed(const std::vector<double>& values, double grown = 0) {
  std::vector<TimedValue> samples(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto share = static_cast<double>(i) / static_cast<double>(values.size() - 1);
    samples[i] = {0.01 * static_cast<double>(i), values[i] * (1 + grown * share)};
  }
  return samples;
}

TEST(Drift, OfAStraightLineIsItsSlope) {
  const auto result = drift(timed(std::vector(101, 10.0), 0.1));  // 10 to 11 in one second
  EXPECT_EQ(result.verdict, DriftVerdict::rising);
  EXPECT_NEAR(*result.percent_over_run, 100 / 10.5, 1e-9);
  EXPECT_NEAR(*result.percent_per_minute, 6000 / 10.5, 1e-6);
  EXPECT_LT(*result.p_value, 1e-6);
  EXPECT_EQ(drift(timed(std::vector(101, 10.0), -0.1)).verdict, DriftVerdict::falling);
}

TEST(Drift, IsUnknownOfTooFewSamplesOrNoTime) {
  EXPECT_EQ(drift({}).verdict, DriftVerdict::cannot_tell);
  EXPECT_EQ(drift(timed(std::vector(11, 1.0), 1)).verdict, DriftVerdict::cannot_tell);
  const std::vector<TimedValue> at_once(50, TimedValue{1, 2});
  EXPECT_EQ(drift(at_once).verdict, DriftVerdict::cannot_tell);
  EXPECT_FALSE(drift(at_once).percent_over_run);
  EXPECT_EQ(drift(timed(std::vector(50, 0.0))).verdict, DriftVerdict::cannot_tell);
}

TEST(Drift, OfEqualSamplesIsNone) {
  const auto result = drift(timed(std::vector(50, 3.0)));
  EXPECT_EQ(result.verdict, DriftVerdict::none);
  EXPECT_EQ(result.percent_over_run, 0.0);
}

TEST(Drift, OfHugeAndTinySamplesDoesNotBreak) {
  EXPECT_EQ(drift(timed(std::vector(50, std::numeric_limits<double>::denorm_min()))).verdict,
            DriftVerdict::none);
  EXPECT_EQ(drift(timed(std::vector(50, std::numeric_limits<double>::max()))).verdict,
            DriftVerdict::none);
}

TEST(Drift, BelowOnePercentIsNone) {
  const auto result = drift(timed(std::vector(1000, 10.0), 0.008));
  EXPECT_EQ(result.verdict, DriftVerdict::none);
  EXPECT_LT(*result.p_value, 0.01);
}

TEST(Drift, DoesNotMindAFewWildSamples) {
  test::Draws draws(1);
  auto values = draws.shaped(500, test::latency);
  for (std::size_t i = 450; i < 500; i += 10) values[i] = 1e6;
  EXPECT_EQ(drift(timed(values)).verdict, DriftVerdict::none);
}

int count(test::Draws& draws, int rounds, std::size_t n, double scatter, double grown,
          DriftVerdict verdict) {
  int result = 0;
  for (int i = 0; i < rounds; ++i) {
    const auto values = draws.shaped(n, [=](double z) { return 10 * std::exp(scatter * z); });
    result += drift(timed(values, grown)).verdict == verdict ? 1 : 0;
  }
  return result;
}

TEST(Drift, IsNotAbsentWhereItOnlyWasNotFound) {
  test::Draws draws(4);
  EXPECT_GE(count(draws, 100, 30, 0.3, 0, DriftVerdict::cannot_tell), 95);
  EXPECT_EQ(count(draws, 100, 30, 0.3, 0.2, DriftVerdict::none), 0);
  EXPECT_LE(count(draws, 100, 40, 0.03, 0.06, DriftVerdict::none), 4) << "it moves by 6 %";
  EXPECT_GE(count(draws, 20, 1000, 0.03, 0, DriftVerdict::none), 19);
}

struct Alarms {
  int false_alarms = 0, below_five = 0;
};

int found(test::Draws& draws, int rounds, std::size_t n, double phi) {
  int result = 0;
  for (int i = 0; i < rounds; ++i) {
    const auto values = draws.autoregressive(n, phi, test::latency);
    result += drift(timed(values, 0.05)).verdict == DriftVerdict::rising ? 1 : 0;
  }
  return result;
}

Alarms alarms(test::Draws& draws, int rounds, std::size_t n, double phi) {
  Alarms result;
  for (int i = 0; i < rounds; ++i) {
    const auto values = draws.autoregressive(n, phi, test::latency);
    const auto still = drift(timed(values));
    result.false_alarms +=
        still.verdict == DriftVerdict::rising || still.verdict == DriftVerdict::falling ? 1 : 0;
    result.below_five += still.p_value && *still.p_value < 0.05 ? 1 : 0;
  }
  return result;
}

TEST(Drift, OfSamplesThatOnlyRememberIsSeldomFound) {
  test::Draws draws(2);
  for (const double phi : {0.0, 0.5, 0.9}) {
    SCOPED_TRACE(phi);
    const auto result = alarms(draws, 200, 200, phi);
    EXPECT_LE(result.below_five, 14);  // the p value means what it says
    EXPECT_LE(result.false_alarms, 6);
  }
}

TEST(Drift, OfFivePercentIsFound) {
  test::Draws draws(3);
  EXPECT_GE(found(draws, 50, 150, 0), 48);
  EXPECT_GE(found(draws, 50, 400, 0.5), 45);
  EXPECT_GE(found(draws, 20, 5000, 0.9), 19);
}

}  // namespace
}  // namespace jetmeter
