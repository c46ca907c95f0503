#include "telemetry/energy.h"

#include <gtest/gtest.h>

namespace jetmeter {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(MeanWatts, IsEnergyOverTime) {
  // 3 J in 200 ms.
  const EnergyReading before{1'000'000, seconds(5)}, now{4'000'000, seconds(5) + milliseconds(200)};
  EXPECT_DOUBLE_EQ(*mean_watts(before, now, std::nullopt), 15.0);
}

TEST(MeanWatts, NothingUsedIsAReading) {
  EXPECT_EQ(mean_watts({7, seconds(1)}, {7, seconds(2)}, 100), 0.0);
}

TEST(MeanWatts, FollowsTheCounterOverItsEnd) {
  // 1.5 J up to the end and 0.5 J after it, in 1 s.
  const EnergyReading before{262'141'828'850, seconds(1)}, now{500'000, seconds(2)};
  EXPECT_DOUBLE_EQ(*mean_watts(before, now, 262'143'328'850), 2.0);
}

TEST(MeanWatts, IsAbsentWhereTheEndIsNotKnown) {
  EXPECT_FALSE(mean_watts({10, seconds(1)}, {5, seconds(2)}, std::nullopt));
  EXPECT_FALSE(mean_watts({10, seconds(1)}, {5, seconds(2)}, 9)) << "an end before the reading";
}

TEST(MeanWatts, IsAbsentWhenNoTimePassed) {
  EXPECT_FALSE(mean_watts({1, seconds(1)}, {2, seconds(1)}, std::nullopt));
  EXPECT_FALSE(mean_watts({1, seconds(2)}, {2, seconds(1)}, std::nullopt));
}

}  // namespace
}  // namespace jetmeter
