#include "run/rate_rules.h"

#include <gtest/gtest.h>

namespace jetmeter {
namespace {

using std::chrono::seconds;

BenchSpec searching(const RateBound& bound) {
  BenchSpec bench;
  bench.find_rate = bound;
  bench.trial_time = seconds(1);
  bench.stop.max_time = seconds(60);
  return bench;
}

TEST(TrialRules, OfALatencyLastUntilItsPercentileIsCarried) {
  const auto bench = searching({.quantile = 0.99, .latency = std::chrono::milliseconds(33)});
  EXPECT_EQ(trial_rules(bench, 5).min_time, seconds(1));
  EXPECT_EQ(trial_rules(bench, 5).min_count, 662 + 165);
  EXPECT_EQ(trial_rules(bench, 5).max_time, seconds(60));
  EXPECT_EQ(trial_rules(bench, 1000).max_time, seconds(2));
}

TEST(TrialRules, OfDropsLastUntilTheirShareCanBeConfirmed) {
  const auto bench = searching({.drop_percent = 5});
  EXPECT_EQ(trial_rules(bench, 5).min_count, 130);
  EXPECT_EQ(trial_rules(bench, 5).max_time, seconds(39));
  EXPECT_EQ(trial_rules(bench, 150).max_time, seconds(2));
  EXPECT_EQ(trial_rules(searching({.drop_percent = 100}), 5).min_count, 1);
  EXPECT_EQ(trial_rules(searching({.drop_percent = 0.001}), 5).max_time, seconds(60));
}

TEST(TrialRules, OfBothTakeTheLargerCount) {
  const auto bench =
      searching({.quantile = 0.5, .latency = std::chrono::milliseconds(33), .drop_percent = 1});
  EXPECT_EQ(trial_rules(bench, 5).min_count, 662 + 165);
  EXPECT_EQ(trial_rules(bench, 5).max_time, seconds(60));
  EXPECT_EQ(trial_rules(searching({.quantile = 0.5, .latency = std::chrono::milliseconds(33)}), 5)
                .min_count,
            11 + 25);
}

TEST(LongerTrial, TakesWhatMightConfirmAndNoMoreThanTheRunAllows) {
  const auto bench = searching({.quantile = 0.99, .latency = std::chrono::milliseconds(33)});
  StopRules first = trial_rules(bench, 100);
  const auto longer = longer_trial(bench, 100, first, 3000).value();
  EXPECT_EQ(longer.min_time, seconds(1));
  EXPECT_EQ(longer.min_count, 3000);
  EXPECT_EQ(longer.max_time, seconds(45));
  const auto most = longer_trial(bench, 100, first, 90'000).value();
  EXPECT_EQ(most.min_count, 6000) << "in 60 s";
  EXPECT_EQ(most.max_time, seconds(60));
  EXPECT_FALSE(longer_trial(bench, 100, first, 900)) << "hardly more";
  EXPECT_FALSE(longer_trial(bench, 10, trial_rules(bench, 10), 3000)) << "60 s were used";
  first.min_time = seconds(30);
  EXPECT_FALSE(longer_trial(bench, 100, first, 3000)) << "so many were due in the first";
}

TEST(MostRequests, AreThoseOfItsLongestTimeAndWhatChanceAdds) {
  StopRules rules;
  rules.max_time = seconds(10);
  EXPECT_EQ(most_requests(rules, 10), 100 + 40 + 10);
  rules.max_count = 30;
  EXPECT_EQ(most_requests(rules, 10), 30);
}

TEST(MeasuredRules, TakeWhatTheBoundNeedsAndNoMoreThanIsAllowed) {
  auto bench = searching({.quantile = 0.99, .latency = std::chrono::milliseconds(33)});
  EXPECT_EQ(measured_rules(bench).min_count, 827);
  bench.stop.min_count = 900;
  EXPECT_EQ(measured_rules(bench).min_count, 900);
  bench.stop.min_count = 10;
  bench.stop.max_count = 100;
  EXPECT_EQ(measured_rules(bench).min_count, 100);
  EXPECT_EQ(measured_rules(searching({.drop_percent = 5})).min_count, 130);
  EXPECT_EQ(measured_rules(BenchSpec{}).min_count, 10);
}

}  // namespace
}  // namespace jetmeter
