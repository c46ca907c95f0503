#include <gmock/gmock.h>

#include <algorithm>
#include <random>

#include "load/latency_log.h"
#include "load/test_world.h"

namespace jetmeter {
namespace {

using ::testing::HasSubstr;

// 10 ms and up to 2 ms more.
TurningTask::Took noisy() {
  return [engine = std::mt19937_64(5)](std::int64_t) mutable {
    return Nanoseconds(10 * kMs + static_cast<std::int64_t>(engine() % (2 * kMs)));
  };
}

double within_percent(const std::vector<LoadSample>& samples) {
  std::vector<double> latencies;
  for (const auto& sample : samples) latencies.push_back(static_cast<double>(sample.latency_ns()));
  const double independent = effective_n(latencies);
  std::ranges::sort(latencies);
  const auto interval = quantile_interval(latencies, 0.5, independent);
  return 100 * (interval->high - interval->low) / 2 / quantile(latencies, 0.5);
}

TEST(MedianTarget, GoesOnUntilTheMedianIsKnown) {
  TestLoad load;
  TurningTask task(load.clock, noisy());
  const auto outcome = load.run({},
                                {.min_time = ms(100),
                                 .min_count = 10,
                                 .median_within_percent = 0.5,
                                 .max_time = std::chrono::hours(1)},
                                task);
  EXPECT_EQ(outcome->stopped_by, StopReason::minimums_met);
  ASSERT_TRUE(outcome->median_within_percent);
  EXPECT_LE(*outcome->median_within_percent, 0.5);
  EXPECT_DOUBLE_EQ(*outcome->median_within_percent, within_percent(load.sink.samples));
  EXPECT_GT(outcome->done, 100);  // ten are not enough for half a percent
  EXPECT_LT(outcome->done, 2'000);
  EXPECT_THAT(
      outcome->stop_sentence,
      HasSubstr("the minimum of 100 ms and of 10 inferences is reached, the median is known "
                "within 0."));
  EXPECT_THAT(outcome->stop_sentence, HasSubstr("%, and 0.5 % was asked for"));
}

TEST(MedianTarget, AMaximumEndsItAndSaysWhatWasReached) {
  TestLoad load;
  TurningTask task(load.clock, noisy());
  const auto outcome =
      load.run({}, {.min_time = ms(10), .median_within_percent = 0.001, .max_count = 300}, task);
  EXPECT_EQ(outcome->stopped_by, StopReason::max_count);
  EXPECT_EQ(outcome->done, 300);
  EXPECT_DOUBLE_EQ(*outcome->median_within_percent, within_percent(load.sink.samples));
  EXPECT_THAT(outcome->stop_sentence,
              HasSubstr("the maximum of 300 inferences; the median is known "
                        "within"));
}

TEST(MedianTarget, TooFewSamplesKnowNothing) {
  TestLoad load;
  TurningTask task(load.clock, ms(600));
  const auto outcome = load.run(
      {},
      {.min_time = ms(1000), .min_count = 1, .median_within_percent = 5.0, .max_time = ms(2000)},
      task);
  EXPECT_EQ(outcome->stopped_by, StopReason::max_time);
  EXPECT_EQ(outcome->done, 4);
  EXPECT_FALSE(outcome->median_within_percent);
  EXPECT_EQ(outcome->stop_sentence,
            "stopped after 2.40 s and 4 inferences: the maximum of 2.00 s; the median is not known "
            "at all, and within 5 % was asked for");
}

TEST(MedianTarget, HoldsForASchedule) {
  TestLoad load;
  TurningTask task(load.clock, noisy());
  const auto outcome = load.run(
      {.kind = ScenarioKind::rate, .per_second = 50},
      {.min_time = ms(100), .median_within_percent = 1.0, .max_time = std::chrono::hours(1)}, task);
  EXPECT_EQ(outcome->stopped_by, StopReason::minimums_met);
  EXPECT_LE(*outcome->median_within_percent, 1.0);
}

TEST(LatencyLog, KeepsWhatItHasRoomFor) {
  LatencyLog log(2);
  EXPECT_EQ(log.size(), 0);
  log.add({10, 1});
  log.add({20, 2});
  log.add({30, 3});
  ASSERT_EQ(log.size(), 2);
  EXPECT_EQ(log.data()[1].ended_ns, 20);
  EXPECT_EQ(log.data()[1].latency_ns, 2);
}

}  // namespace
}  // namespace jetmeter
