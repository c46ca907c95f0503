#include <gtest/gtest.h>

#include "jetmeter/load.h"

namespace jetmeter {
namespace {

TEST(Names, AreThoseOfTheFiles) {
  EXPECT_EQ(name(Stage::host_to_device), "host_to_device");
  EXPECT_EQ(name(Stage::postprocess), "postprocess");
  EXPECT_EQ(name(ScenarioKind::poisson), "poisson");
  EXPECT_EQ(name(WhenBusy::drop), "drop");
  EXPECT_EQ(name(StopReason::minimums_met), "minimums_met");
}

TEST(StageTimes, AStageThatWasNotToldIsAbsent) {
  StageTimes stages;
  EXPECT_FALSE(stages.get(Stage::compute));
  stages.set(Stage::compute, Nanoseconds(0));
  EXPECT_EQ(stages.get(Stage::compute), Nanoseconds(0));
  stages.clear();
  EXPECT_FALSE(stages.get(Stage::compute));
}

}  // namespace
}  // namespace jetmeter
