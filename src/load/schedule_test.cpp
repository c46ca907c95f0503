#include "load/schedule.h"

#include <gmock/gmock.h>

#include <limits>
#include <numeric>

namespace jetmeter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Nanoseconds kHour = std::chrono::hours(1);

Scenario poisson(double per_second, std::uint64_t seed) {
  return {.kind = ScenarioKind::poisson, .per_second = per_second, .seed = seed};
}

std::vector<std::int64_t> counts(const std::vector<Nanoseconds>& due) {
  std::vector<std::int64_t> ns;
  for (const auto& at : due) ns.push_back(at.count());
  return ns;
}

TEST(ArrivalSchedule, ARateIsDueEveryPeriodFromTheStart) {
  const Scenario camera{.kind = ScenarioKind::rate, .per_second = 30};
  EXPECT_THAT(counts(arrival_schedule(camera, std::chrono::milliseconds(100), 100)),
              ElementsAre(0, 33'333'333, 66'666'667));  // 100 ms is the horizon and outside
  EXPECT_EQ(arrival_schedule(camera, std::chrono::seconds(3600), 10'000'000).size(), 108'000U);
  EXPECT_EQ(arrival_schedule(camera, kHour, 5).size(), 5U);
}

// Computed with another implementation of the Mersenne twister and of the transform.
TEST(ArrivalSchedule, PoissonIsTheSameOnEveryMachine) {
  EXPECT_THAT(counts(arrival_schedule(poisson(100, 1), kHour, 6)),
              ElementsAre(1'437'279, 2'903'816, 8'904'300, 9'116'784, 13'438'440, 37'669'940));
  EXPECT_THAT(counts(arrival_schedule(poisson(100, 2), kHour, 3)),
              ElementsAre(23'392'908, 42'379'863, 57'696'323));
  const auto many = arrival_schedule(poisson(20'000, 1), kHour, 1'000'000);
  ASSERT_EQ(many.size(), 1'000'000U);
  EXPECT_EQ(many.back().count(), 49'986'680'847);
}

TEST(ArrivalSchedule, GapsOfPoissonAreExponential) {
  const auto due = arrival_schedule(poisson(1000, 3), kHour, 200'000);
  std::vector<double> gaps;
  double before = 0;
  for (const auto& at : due) {
    gaps.push_back((static_cast<double>(at.count()) - before) / 1e6);
    before = static_cast<double>(at.count());
  }
  std::ranges::sort(gaps);
  EXPECT_NEAR(std::accumulate(gaps.begin(), gaps.end(), 0.0) / 200'000, 1.0, 0.01);
  for (const double q : {0.1, 0.5, 0.9, 0.99})
    EXPECT_NEAR(gaps[static_cast<std::size_t>(q * 200'000)], -std::log(1 - q), 0.05);
}

TEST(ArrivalSchedule, EndsBeforeTheHorizon) {
  const auto due = arrival_schedule(poisson(100, 1), Nanoseconds(9'116'784), 100);
  EXPECT_THAT(counts(due), ElementsAre(1'437'279, 2'903'816, 8'904'300));
}

TEST(ArrivalSchedule, WhatIsNoScheduleIsEmpty) {
  EXPECT_THAT(arrival_schedule({}, kHour, 10), IsEmpty());
  EXPECT_THAT(arrival_schedule(poisson(0, 1), kHour, 10), IsEmpty());
  EXPECT_THAT(arrival_schedule(poisson(-1, 1), kHour, 10), IsEmpty());
  EXPECT_THAT(arrival_schedule(poisson(std::numeric_limits<double>::quiet_NaN(), 1), kHour, 10),
              IsEmpty());
  EXPECT_THAT(arrival_schedule(poisson(10, 1), Nanoseconds(0), 10), IsEmpty());
  EXPECT_THAT(arrival_schedule(poisson(10, 1), kHour, -5), IsEmpty());
}

TEST(ArrivalPlan, CountsWhatIsDueBeforeATime) {
  for (const auto kind : {ScenarioKind::rate, ScenarioKind::poisson}) {
    const auto plan = ArrivalPlan::make({.kind = kind, .per_second = 30}, kHour, 50);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->size(), 50);
    EXPECT_EQ(plan->count_before(0), 0);
    EXPECT_EQ(plan->count_before(plan->due_ns(20)), 20);
    EXPECT_EQ(plan->count_before(plan->due_ns(20) + 1), 21);
    EXPECT_EQ(plan->count_before(std::numeric_limits<std::int64_t>::max()), 50);
    EXPECT_EQ(plan->count_before(-1), 0);
  }
}

TEST(ArrivalPlan, ARateNeedsNoMemoryForItsPlan) {
  const auto plan = ArrivalPlan::make({.kind = ScenarioKind::rate, .per_second = 1e6}, 24 * kHour,
                                      std::numeric_limits<std::int64_t>::max());
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->size(), 86'400'000'000);
}

TEST(ArrivalPlan, RefusesAPlanThatDoesNotFit) {
  const auto plan = ArrivalPlan::make(poisson(1e6, 1), kHour, 1'000'000'000'000);
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().what, HasSubstr("3600000000 arrivals, more than the 64000000"));
}

}  // namespace
}  // namespace jetmeter
