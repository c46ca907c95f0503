#include "load/waiting.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>

namespace jetmeter {
namespace {

TEST(PlanWaiting, SpinsWhereACoreIsLeftOver) {
  EXPECT_TRUE(plan_waiting(1, 2).spin);
  EXPECT_EQ(plan_waiting(1, 8).sentence,
            "lanes sleep until shortly before a due time, at most 250 us, and spin for the rest; "
            "waits below 1 ms are spun through (8 cores for 1 lane)");
}

TEST(PlanWaiting, SleepsWhereNoneIs) {
  EXPECT_FALSE(plan_waiting(2, 2).spin);
  EXPECT_FALSE(plan_waiting(1, 1).spin);
  EXPECT_EQ(plan_waiting(4, 1).sentence,
            "lanes sleep until the due time and are as late as the timer wakes them: 1 core for 4 "
            "lanes leave none to spin on without taking it from the work");
}

TEST(WakeMargin, GrowsAtOnceAndShrinksSlowly) {
  WakeMargin margin;
  EXPECT_EQ(margin.ns(), 100'000);
  margin.woke_late_by(80'000);
  EXPECT_EQ(margin.ns(), 160'000);
  margin.woke_late_by(0);
  EXPECT_EQ(margin.ns(), 160'000 - (160'000 - 5'000) / 16);
  for (int i = 0; i < 1000; ++i) margin.woke_late_by(10'000);
  EXPECT_NEAR(static_cast<double>(margin.ns()), 20'000, 16);
}

TEST(WakeMargin, NeverSpinsForLong) {
  WakeMargin margin;
  margin.woke_late_by(1'000'000'000);
  EXPECT_EQ(margin.ns(), 250'000);
  for (int i = 0; i < 1000; ++i) margin.woke_late_by(-5);
  EXPECT_NEAR(static_cast<double>(margin.ns()), 5'000, 16);
}

TEST(PreciseWaiter, IsThereWhenItSpins) {
  PreciseWaiter waiter(true);
  for (const auto wait : {std::chrono::microseconds(300), std::chrono::microseconds(1500)}) {
    const auto until = system_clock().monotonic() + wait;
    waiter.wait_until(system_clock(), until);
    EXPECT_GE(system_clock().monotonic(), until);
  }
}

TEST(PreciseWaiter, ComesBackEarlyFromALongWait) {
  PreciseWaiter waiter(false);
  const auto until = system_clock().monotonic() + std::chrono::hours(1000);
  waiter.wait_until(system_clock(), until);
  EXPECT_LT(system_clock().monotonic(), until);
}

TEST(PreciseWaiter, ATimeThatHasPassedIsNotWaitedFor) {
  PreciseWaiter waiter(true);
  waiter.wait_until(system_clock(), Nanoseconds(0));
}

TEST(ExactTimers, AreForAsLongAsTheyLive) {
  const int before = prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0);
  {
    const ExactTimers timers;
    EXPECT_EQ(prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0), 1);
  }
  EXPECT_EQ(prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0), before);
}

TEST(UsableCores, IsAtLeastOne) {
  EXPECT_GE(usable_cores(), 1);
}

}  // namespace
}  // namespace jetmeter
