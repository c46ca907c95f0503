#include <gmock/gmock.h>

#include <limits>

#include "load/test_world.h"

namespace jetmeter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// A server that holds up to `capacity` per second.
auto server(double capacity) {
  return [capacity](double per_second) -> Result<RateTrial> {
    return RateTrial{.holds = per_second <= capacity, .reason = "p99 is 41.2 ms, over 33.0 ms"};
  };
}

std::vector<double> rates(const RateSearch& search) {
  std::vector<double> tried;
  for (const auto& trial : search.trials) tried.push_back(trial.per_second);
  return tried;
}

TEST(FindRate, DoublesThenBisectsThenConfirms) {
  const auto search = find_rate({.precision = 0.25}, server(11));
  ASSERT_TRUE(search);
  EXPECT_THAT(rates(*search),
              ElementsAre(1, 2, 4, 8, 16, testing::DoubleNear(11.3137, 1e-3),
                          testing::DoubleNear(9.5137, 1e-3), testing::DoubleNear(9.5137, 1e-3)));
  EXPECT_NEAR(*search->per_second, 9.5137, 1e-3);
  EXPECT_EQ(search->verdict,
            "9.514 per second is the highest rate that holds; 11.31 per second does not: p99 is "
            "41.2 ms, over 33.0 ms");
  EXPECT_FALSE(search->error);
}

TEST(FindRate, FindsEveryCapacityWithinThePrecision) {
  for (const double capacity : {0.13, 0.9, 1.0, 29.97, 240.0, 12'345.0, 700'000.0}) {
    const auto search = find_rate({.precision = 0.02, .max_trials = 64}, server(capacity));
    ASSERT_TRUE(search->per_second) << capacity;
    EXPECT_LE(*search->per_second, capacity);
    EXPECT_GE(*search->per_second, capacity / 1.02);
    EXPECT_THAT(search->verdict, Not(HasSubstr("contradict")));
    EXPECT_THAT(search->verdict, Not(HasSubstr("not confirmed")));
  }
}

TEST(FindRate, HalvesWhereTheStartFails) {
  const auto search =
      find_rate({.start_per_second = 100, .precision = 0.5, .confirm = false}, server(20));
  EXPECT_THAT(rates(*search), ElementsAre(100, 50, 25, 12.5, testing::DoubleNear(17.678, 1e-3)));
  EXPECT_NEAR(*search->per_second, 17.678, 1e-3);
}

TEST(FindRate, StopsHalvingWhereATrialSaysThatNoRateHolds) {
  const auto slow = [](double) -> Result<RateTrial> {
    return RateTrial{.reason = "the work alone takes 66.1 ms", .at_any_rate = true};
  };
  const auto search = find_rate({}, slow);
  EXPECT_THAT(rates(*search), ElementsAre(1));
  EXPECT_FALSE(search->per_second);
  EXPECT_EQ(search->verdict, "no rate holds: at 1 per second, the work alone takes 66.1 ms");
  const auto contended = [](double per_second) -> Result<RateTrial> {
    return RateTrial{.holds = per_second < 3, .at_any_rate = per_second >= 3};
  };
  const auto held = find_rate({.precision = 0.5}, contended);
  EXPECT_GE(held->per_second.value(), 2) << "one held before";
}

TEST(FindRate, NeverGoesBelowTheLowestRate) {
  const auto search = find_rate({.lowest_per_second = 0.3}, server(0.01));
  EXPECT_THAT(rates(*search), ElementsAre(1, 0.5, 0.3));
  EXPECT_FALSE(search->per_second);
  EXPECT_EQ(search->verdict,
            "not even 0.3 per second, the lowest rate that is tried, holds: p99 is 41.2 ms, over "
            "33.0 ms");
}

TEST(FindRate, NeverGoesAboveTheHighestRate) {
  const auto search = find_rate({.highest_per_second = 5}, server(1e9));
  EXPECT_THAT(rates(*search), ElementsAre(1, 2, 4, 5, 5));
  EXPECT_EQ(search->per_second, 5);
  EXPECT_EQ(search->verdict, "5 per second holds, and nothing higher is tried");
}

TEST(FindRate, IsNeverEndless) {
  const auto search = find_rate({.precision = 1e-15, .max_trials = 7}, server(10));
  EXPECT_EQ(search->trials.size(), 7U);
  EXPECT_NEAR(*search->per_second, 9.5137, 1e-3);
  EXPECT_THAT(search->verdict,
              HasSubstr("the search ended after the 7 trials that it was allowed, 19 % apart"));
  const auto one = find_rate({.max_trials = 1}, server(10));
  EXPECT_EQ(one->per_second, 1);
  EXPECT_THAT(one->verdict, HasSubstr("1 per second holds, and nothing higher was tried"));
}

class TrialClock : public Clock {
 public:
  Nanoseconds monotonic() const override { return now; }
  WallTime wall() const override { return {}; }
  Nanoseconds now{0};
};

TEST(FindRate, BeginsNoTrialAfterItsTime) {
  TrialClock clock;
  const auto slow = [&](double per_second) {
    clock.now += std::chrono::seconds(2);
    return server(11)(per_second);
  };
  const auto search = find_rate({.max_time = std::chrono::seconds(11), .clock = &clock}, slow);
  EXPECT_THAT(rates(*search), ElementsAre(1, 2, 4, 8, 16, testing::DoubleNear(11.3137, 1e-3)));
  EXPECT_EQ(search->per_second, 8);
  EXPECT_THAT(search->verdict, HasSubstr("the search ended after the 11.0 s that it was allowed, "
                                         "41 % apart instead of 2 %"));
  const auto one = find_rate({.max_time = std::chrono::seconds(1), .clock = &clock}, slow);
  EXPECT_EQ(one->trials.size(), 1U) << "the first is always made";
}

TEST(FindRate, ARateThatDoesNotHoldTwiceIsNotTheAnswer) {
  int trials = 0;
  const auto lucky = [&](double per_second) -> Result<RateTrial> {
    ++trials;
    const bool holds = per_second <= 8 || (per_second < 12 && trials == 6);
    return RateTrial{.holds = holds, .reason = "p99 is 50.0 ms, over 33.0 ms"};
  };
  const auto search = find_rate({.precision = 0.42}, lucky);
  // 16 fails, 11.3 holds by luck and not again, 8 holds and holds again.
  EXPECT_THAT(rates(*search), ElementsAre(1, 2, 4, 8, 16, testing::DoubleNear(11.3137, 1e-3),
                                          testing::DoubleNear(11.3137, 1e-3), 8));
  EXPECT_EQ(search->per_second, 8);
  EXPECT_THAT(search->verdict,
              HasSubstr("the trials contradict one another: 11.31 per second failed after it had "
                        "held"));
}

TEST(FindRate, SaysWhereALowerRateFailedAfterAHigherOneHeld) {
  int trials = 0;
  // Holds while it is cold, and no more than 3 per second when it is warm.
  const auto warming = [&](double per_second) -> Result<RateTrial> {
    return RateTrial{.holds = ++trials <= 4 || per_second <= 3, .reason = "p99 is 50.0 ms"};
  };
  const auto search = find_rate({.precision = 0.42, .max_trials = 40}, warming);
  EXPECT_LE(*search->per_second, 3);
  EXPECT_GE(*search->per_second, 2);
  EXPECT_THAT(search->verdict, HasSubstr("the trials contradict one another: 8 per second failed "
                                         "after it had held"));
}

TEST(FindRate, ATrialThatCannotBeMadeEndsItAndKeepsTheOthers) {
  const auto breaking = [](double per_second) -> Result<RateTrial> {
    if (per_second > 3) return fail("the worker died");
    return RateTrial{.holds = true};
  };
  const auto search = find_rate({}, breaking);
  ASSERT_TRUE(search);
  EXPECT_EQ(search->trials.size(), 2U);
  EXPECT_EQ(search->per_second, 2);
  EXPECT_EQ(search->error->what, "the worker died");
  EXPECT_THAT(search->verdict,
              HasSubstr("the search ended because a trial could not be made: the worker died"));
  const auto none = find_rate({.start_per_second = 8}, breaking);
  EXPECT_FALSE(none->per_second);
  EXPECT_THAT(none->trials, IsEmpty());
  EXPECT_THAT(none->verdict, HasSubstr("no rate was tried"));
}

TEST(FindRate, RefusesWrongOptions) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto why = [](const RateSearchOptions& options) {
    const auto search = find_rate(options, server(1));
    return search ? "good" : search.error().what;
  };
  EXPECT_EQ(why({.start_per_second = 0}),
            "a search cannot start at 0 per second; give a rate from 0.1 to 1000000");
  EXPECT_EQ(why({.start_per_second = nan}),
            "a search cannot start at nan per second; give a rate from 0.1 to 1000000");
  EXPECT_EQ(why({.precision = 0}),
            "a precision of 0 cannot be reached; give one above 0, such as "
            "0.02");
  EXPECT_EQ(why({.precision = nan}),
            "a precision of nan cannot be reached; give one above 0, such as 0.02");
  EXPECT_EQ(why({.max_trials = 0}), "0 trials find nothing; allow at least 1");
  EXPECT_THAT(why({.lowest_per_second = -1}), HasSubstr("rates from -1 to 1000000 per second"));
  EXPECT_THAT(why({.lowest_per_second = 5, .highest_per_second = 4}),
              HasSubstr("rates from 5 to 4 per second cannot be searched"));
}

// The whole of it in simulated time: a server of 10 ms holds 100 per second.
TEST(FindRate, FindsTheCapacityOfASimulatedServer) {
  const auto trial = [](double per_second) -> Result<RateTrial> {
    TestLoad load;
    TurningTask task(load.clock, ms(10));
    const auto outcome =
        load.run({.kind = ScenarioKind::rate, .per_second = per_second},
                 {.min_time = ms(20'000), .min_count = 700, .max_time = ms(200'000)}, task);
    return judge_rate(per_second, {.quantile = 0.99, .latency = ms(12)}, load.sink.samples,
                      *outcome);
  };
  const auto search = find_rate({.start_per_second = 10, .precision = 0.005}, trial);
  ASSERT_TRUE(search->per_second);
  EXPECT_NEAR(*search->per_second, 100, 0.7);
  for (const auto& made : search->trials) EXPECT_FALSE(made.reason.empty());
}

}  // namespace
}  // namespace jetmeter
