#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "jetmeter/stats.h"
#include "stats/test_draws.h"

namespace jetmeter {
namespace {

using Verdict = SteadyState::Verdict;
using ::testing::HasSubstr;

// Samples that follow each other: every one begins when the last ends, in ms.
std::vector<TimedValue> back_to_back(const std::vector<double>& values) {
  std::vector<TimedValue> samples;
  double now = 0;
  for (const double value : values) samples.push_back({now += value / 1000, value});
  return samples;
}

// One every 10 ms, whatever it took.
std::vector<TimedValue> at_a_rate(const std::vector<double>& values) {
  std::vector<TimedValue> samples;
  for (const double value : values)
    samples.push_back({0.01 * static_cast<double>(samples.size()), value});
  return samples;
}

std::vector<double> quiet(std::size_t n, std::uint64_t seed = 1) {
  return test::Draws(seed).shaped(n, test::latency);
}

TEST(SteadyState, OfAQuietRun) {
  const auto state = steady_state(back_to_back(quiet(300)));
  EXPECT_EQ(state.verdict, Verdict::steady) << state.reason;
  EXPECT_EQ(state.reason, "5 windows agree within 10 %");
  EXPECT_FALSE(state.settled_seconds);
  ASSERT_EQ(state.windows.size(), 5U);
  std::int64_t n = 0;
  for (const auto& window : state.windows) n += window.n;
  EXPECT_EQ(n, 300);
  EXPECT_NEAR(*state.windows[2].median, 10, 0.3);
  EXPECT_NEAR(*state.windows[2].throughput, 100, 3);
}

TEST(SteadyState, NamesTheWindowAndTheNumberWhereItSettledLate) {
  auto values = quiet(500);
  for (std::size_t i = 0; i < 150; ++i) values[i] *= 1.3;
  const auto state = steady_state(at_a_rate(values));
  EXPECT_EQ(state.verdict, Verdict::settled_late);
  EXPECT_THAT(state.reason, HasSubstr("the median of window 2 of 5 is"));
  EXPECT_THAT(state.reason, HasSubstr("% above the last's"));
  EXPECT_NEAR(*state.settled_seconds, 2 * 4.99 / 5, 1e-9);
}

TEST(SteadyState, IsUnsteadyWhereTheLastWindowStandsAlone) {
  auto values = quiet(500);
  for (std::size_t i = 400; i < 500; ++i) values[i] *= 1.2;
  const auto state = steady_state(at_a_rate(values));
  EXPECT_EQ(state.verdict, Verdict::unsteady);
  EXPECT_THAT(state.reason, HasSubstr("the median of window 4 of 5 is 1"));
  EXPECT_THAT(state.reason, HasSubstr("% below the last's"));
}

TEST(SteadyState, SeesWhatCreepsWithinTheTolerance) {
  auto values = quiet(500);
  for (std::size_t i = 0; i < 500; ++i) values[i] *= 1 + 0.08 * static_cast<double>(i) / 500;
  const auto state = steady_state(at_a_rate(values));
  EXPECT_EQ(state.verdict, Verdict::unsteady);
  EXPECT_THAT(state.reason, HasSubstr("the samples rise by"));
}

TEST(SteadyState, SeesAThroughputThatStalls) {
  auto samples = at_a_rate(quiet(500));
  for (std::size_t i = 250; i < samples.size(); ++i) samples[i].seconds += 3;
  const auto state = steady_state(samples);
  EXPECT_NE(state.verdict, Verdict::steady);
  EXPECT_THAT(state.reason, HasSubstr("the throughput of window"));
}

TEST(SteadyState, OfAWindowWithoutSamples) {
  auto samples = at_a_rate(quiet(500));
  for (std::size_t i = 250; i < samples.size(); ++i) samples[i].seconds += 20;
  const auto state = steady_state(samples);
  EXPECT_FALSE(state.windows[2].median);
  EXPECT_EQ(state.windows[2].throughput, 0.0);
  EXPECT_EQ(state.verdict, Verdict::unsteady);
}

TEST(SteadyState, CannotTellFromTooLittle) {
  EXPECT_EQ(steady_state({}).verdict, Verdict::cannot_tell);
  EXPECT_EQ(steady_state({}).reason, "no time passed between the samples");
  EXPECT_EQ(steady_state(std::vector(200, TimedValue{1, 1})).verdict, Verdict::cannot_tell);
  const auto few = steady_state(at_a_rate(quiet(99)));
  EXPECT_EQ(few.verdict, Verdict::cannot_tell);
  EXPECT_EQ(few.reason, "99 samples are too few for 5 windows of 20");
  EXPECT_EQ(few.windows.size(), 5U);
}

TEST(SteadyState, DoesNotTakeScatterForMovement) {
  test::Draws draws(2);
  int unsteady = 0, cannot_tell = 0;
  for (int i = 0; i < 100; ++i) {
    const auto wild = draws.shaped(150, [](double z) { return 10 * std::exp(0.4 * z); });
    const auto state = steady_state(at_a_rate(wild));
    unsteady += state.verdict == Verdict::unsteady || state.verdict == Verdict::settled_late;
    cannot_tell += state.verdict == Verdict::cannot_tell;
  }
  EXPECT_LE(unsteady, 5);
  EXPECT_GE(cannot_tell, 70);
}

TEST(SteadyState, OfQuietRunsIsNearlyAlwaysFound) {
  int steady = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed)
    steady += steady_state(back_to_back(quiet(200, seed))).verdict == Verdict::steady;
  EXPECT_GE(steady, 98);
}

}  // namespace
}  // namespace jetmeter
