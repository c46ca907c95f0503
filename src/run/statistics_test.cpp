#include "run/statistics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace jetmeter {
namespace {

using testing::ElementsAre;

constexpr std::int64_t kMillisecond = 1'000'000;

// One after the other, of 10 ms and some scatter; their indices begin at 7.
std::vector<FrameSample> back_to_back(std::size_t n) {
  std::mt19937_64 random(1);
  std::vector<FrameSample> samples(n);
  std::int64_t now = 5 * kMillisecond, index = 7;
  for (auto& sample : samples) {
    sample.index = index++;
    sample.started_ns = now;
    sample.latency_ns = 10 * kMillisecond + static_cast<std::int64_t>(random() % 100'000);
    now += sample.latency_ns;
  }
  return samples;
}

std::vector<double> sorted_ms(const std::vector<FrameSample>& samples) {
  std::vector<double> values;
  for (const auto& sample : samples) values.push_back(static_cast<double>(sample.latency_ns) / 1e6);
  std::ranges::sort(values);
  return values;
}

const BelievedQuantileRecord& of(const StatisticsRecord& record, std::string_view name) {
  return *std::ranges::find(record.quantiles, name, &BelievedQuantileRecord::name);
}

double at_rank(const std::vector<double>& sorted, double rank) {
  const auto i = std::min(static_cast<std::size_t>(rank) - 1, sorted.size() - 2);
  return sorted[i] + (rank - 1 - static_cast<double>(i)) * (sorted[i + 1] - sorted[i]);
}

// As docs/bench.md tells it.
TEST(StatisticsRecord, IsComputedAgainFromItsRanksAndTheSamples) {
  const auto samples = back_to_back(3'000);
  const auto record = statistics_record(samples);
  const auto sorted = sorted_ms(samples);
  for (const char* name : {"p50", "p90", "p95", "p99"}) {
    const auto& found = of(record, name);
    ASSERT_TRUE(found.low_ms && found.low_rank && found.high_rank) << name;
    EXPECT_NEAR(at_rank(sorted, *found.low_rank), *found.low_ms, 1e-9) << name;
    EXPECT_NEAR(at_rank(sorted, *found.high_rank), *found.high_ms, 1e-9) << name;
    ASSERT_TRUE(found.conservative_ms && found.loadgen_ms) << name;
    const auto t = *found.loadgen_rank_from_top;
    EXPECT_EQ(*found.loadgen_ms, sorted[static_cast<std::size_t>(3'000 - t)]) << name;
    const auto worth = static_cast<std::int64_t>(*found.effective_n);
    const auto place = (static_cast<double>(worth - *found.conservative_rank_from_top) + 0.5) *
                       3'000 / static_cast<double>(worth);
    EXPECT_EQ(*found.conservative_ms, sorted[static_cast<std::size_t>(place)]) << name;
  }
  EXPECT_EQ(record.effective_n, of(record, "p50").effective_n);
}

// Facts of LoadGen: of 1000 samples the second largest, of 10 000 the 77th, bounds the p99.
TEST(StatisticsRecord, HasLoadGensOwnValueWhateverTheSamplesAreWorth) {
  auto samples = back_to_back(1'000);
  EXPECT_EQ(of(statistics_record(samples), "p99").loadgen_rank_from_top, 2);
  for (std::size_t i = 500; i < samples.size(); ++i) samples[i].latency_ns += kMillisecond;
  const auto stepped = statistics_record(samples);
  EXPECT_LT(*of(stepped, "p50").effective_n, 10);
  EXPECT_FALSE(of(stepped, "p50").conservative_ms);
  EXPECT_FALSE(of(stepped, "p50").conservative_rank_from_top);
  EXPECT_TRUE(of(stepped, "p50").loadgen_ms);
  const auto few = statistics_record(back_to_back(20));
  EXPECT_FALSE(of(few, "p99").loadgen_ms || of(few, "p99").low_rank);
}

// 10 ms with 3 % of scatter, each 0.9 of the one before: 4000 of them say as much about the p90 as
// some three hundred, and a rank for 4000 independent ones lies below the truth in a quarter of
// runs.
TEST(StatisticsRecord, TheConservativeValueHoldsOfSamplesThatRemember) {
  constexpr int kDraws = 20;
  constexpr double kTruth = 10 + 0.3 * 1.2815515655446004;
  std::mt19937_64 random(7);
  std::normal_distribution<double> normal;
  int below = 0;
  for (int draw = 0; draw < kDraws; ++draw) {
    auto samples = back_to_back(4'000);
    double state = normal(random);
    std::int64_t now = 0;
    for (auto& sample : samples) {
      sample.started_ns = now;
      sample.latency_ns = static_cast<std::int64_t>((10 + 0.3 * state) * kMillisecond);
      now += sample.latency_ns;
      state = 0.9 * state + std::sqrt(1 - 0.81) * normal(random);
    }
    const auto record = statistics_record(samples);
    const auto& value = of(record, "p90").conservative_ms;
    ASSERT_TRUE(value);
    below += *value < kTruth ? 1 : 0;
  }
  EXPECT_LE(below, 2);
}

TEST(StatisticsRecord, NamesOutliersByTheirIndexInTheOrderOfTime) {
  auto samples = back_to_back(1'000);
  samples[3].latency_ns = 50 * kMillisecond;
  samples[700].latency_ns = kMillisecond;
  samples[999].latency_ns = 20 * kMillisecond;
  std::ranges::reverse(samples);  // as if lanes had handed them over so
  const auto record = statistics_record(samples);
  EXPECT_EQ(record.outliers_low, 1);
  EXPECT_EQ(record.outliers_high, 2);
  EXPECT_THAT(record.outliers_first, ElementsAre(10, 707, 1006));
  ASSERT_TRUE(record.outliers_below_ms && record.outliers_above_ms);
  EXPECT_GT(*record.outliers_below_ms, 1);
  EXPECT_LT(*record.outliers_below_ms, 10);
  EXPECT_GT(*record.outliers_above_ms, 10.1);
  EXPECT_LT(*record.outliers_above_ms, 20);
}

TEST(StatisticsRecord, NamesAHundredOutliersAndCountsAll) {
  auto samples = back_to_back(2'000);
  for (std::size_t i = 0; i < 150; ++i) samples[10 * i].latency_ns = 30 * kMillisecond;
  const auto record = statistics_record(samples);
  EXPECT_EQ(record.outliers_high, 150);
  ASSERT_EQ(record.outliers_first.size(), 100U);
  EXPECT_EQ(record.outliers_first.back(), 7 + 990);
}

TEST(StatisticsRecord, OfTooFewSamplesHasNoThresholds) {
  const auto record = statistics_record(back_to_back(3));
  EXPECT_FALSE(record.outliers_below_ms || record.outliers_above_ms);
  EXPECT_TRUE(record.outliers_first.empty());
}

TEST(StatisticsRecord, TellsHowTheMeanWasDrawn) {
  const auto record = statistics_record(back_to_back(12'000));
  ASSERT_TRUE(record.mean_low_ms && record.mean_group && record.mean_block);
  EXPECT_EQ(*record.mean_group, 3);
  EXPECT_GT(*record.mean_high_ms, *record.mean_low_ms);
  EXPECT_LT(*record.mean_high_ms - *record.mean_low_ms, 0.01);
}

}  // namespace
}  // namespace jetmeter
