#include "run/schedule.h"

#include <gmock/gmock.h>

namespace jetmeter {
namespace {

using testing::HasSubstr;

SourceInfo source(bool live) {
  SourceInfo info;
  info.live = live;
  return info;
}

TEST(AppliedSchedule, TakesTurnsOnlyOverPlannedPairs) {
  EXPECT_EQ(applied_schedule(Schedule::alternate, true), Schedule::alternate);
  EXPECT_EQ(applied_schedule(Schedule::alternate, false), Schedule::parallel);
  EXPECT_EQ(applied_schedule(Schedule::parallel, true), Schedule::parallel);
}

TEST(ScheduleWarning, SaysThatALiveStreamTakesNoTurns) {
  EXPECT_FALSE(schedule_warning(Schedule::alternate, source(false), source(false)));
  EXPECT_FALSE(schedule_warning(Schedule::parallel, source(true), source(true)));
  const auto both = schedule_warning(Schedule::alternate, source(true), source(true));
  ASSERT_TRUE(both);
  EXPECT_EQ(both->code, "schedule_not_applied");
  EXPECT_THAT(both->message, HasSubstr("by time of arrival"));
  for (const bool first : {true, false}) {
    const auto one = schedule_warning(Schedule::alternate, source(first), source(!first));
    ASSERT_TRUE(one);
    EXPECT_THAT(one->message, HasSubstr("no pairs are made"));
  }
}

}  // namespace
}  // namespace jetmeter
