#include "run/trial_watch.h"

#include <gtest/gtest.h>

namespace jetmeter {
namespace {

constexpr std::int64_t kMs = 1'000'000;
const RateBound kBound{.latency = std::chrono::milliseconds(10), .drop_percent = 5};

LoadSample took(std::int64_t ms) {
  return {.ended_ns = ms * kMs};
}

TEST(TrialWatch, EndsATrialOnceMoreIsOverThanTheBoundAllows) {
  TrialWatch watch(kBound, {.over = 2, .dropped = 5}, nullptr);
  for (int i = 0; i < 40; ++i) watch.saw(took(10));
  watch.saw(took(11));
  watch.saw(took(11));
  EXPECT_FALSE(watch.ends());
  watch.saw(took(11));
  EXPECT_TRUE(watch.ends() && watch.lost());
}

TEST(TrialWatch, EndsATrialOnceMoreIsDropped) {
  TrialWatch watch(kBound, {.over = 2, .dropped = 5}, nullptr);
  for (int i = 0; i < 6; ++i) watch.saw(took(1));
  for (int i = 0; i < 5; ++i) watch.saw({.outcome = Outcome::dropped});
  EXPECT_FALSE(watch.ends());
  watch.saw({.outcome = Outcome::dropped});
  EXPECT_TRUE(watch.lost());
}

TEST(TrialWatch, SeesEnoughToSayWhatTheWorkAloneTakes) {
  TrialWatch watch(kBound, {.over = 0, .dropped = 0}, nullptr);
  for (int i = 0; i < 10; ++i) watch.saw(took(66));
  EXPECT_FALSE(watch.ends());
  watch.saw(took(66));
  EXPECT_TRUE(watch.lost());
}

TEST(TrialWatch, PassesOnThatSomebodyAsked) {
  std::atomic<bool> asked{false};
  TrialWatch watch(kBound, {.over = 2, .dropped = 5}, &asked);
  watch.look();
  EXPECT_FALSE(watch.ends());
  asked = true;
  watch.saw(took(1));
  EXPECT_TRUE(watch.ends());
  EXPECT_FALSE(watch.lost());
}

TEST(WatchedSamples, KeepsThemAndShowsThem) {
  TrialWatch watch(kBound, {.over = 0, .dropped = 0}, nullptr);
  WatchedSamples samples(watch);
  for (int i = 0; i < 11; ++i) samples.add(took(11));
  EXPECT_EQ(samples.samples.size(), 11U);
  EXPECT_TRUE(watch.lost());
}

}  // namespace
}  // namespace jetmeter
