#include "cli/terminal.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "cli/run_command.h"

namespace jetmeter {
namespace {

using Seconds = std::chrono::duration<double>;

TEST(ProgressText, HasTheRateAndTheTimeThatIsLeft) {
  EXPECT_EQ(progress_text({"rgb", "measure", 120, 300}, Seconds(2)),
            "rgb 120/300 60.0 fps, 3.00 s left");
  EXPECT_EQ(progress_text({"rgb", "measure", 299, 300}, Seconds(2)),
            "rgb 299/300 149.5 fps, < 1 s left");
  EXPECT_EQ(progress_text({"rgb", "measure", 300, 300}, Seconds(2)), "rgb 300/300 150.0 fps");
}

TEST(ProgressText, OfAnOpenEndHasNoTimeLeftAndBeforeTheFirstFrameNoRate) {
  EXPECT_EQ(progress_text({"rgb", "measure", 50, 0}, Seconds(1)), "rgb 50 50.0 fps");
  EXPECT_EQ(progress_text({"rgb", "measure", 0, 300}, Seconds(1)), "rgb 0/300");
}

TEST(Environment, RefusesColoursUnlessItsVariableIsEmpty) {
  ::unsetenv("NO_COLOR");
  EXPECT_FALSE(are_colors_refused());
  ::setenv("NO_COLOR", "", 1);
  EXPECT_FALSE(are_colors_refused());
  ::setenv("NO_COLOR", "0", 1);
  EXPECT_TRUE(are_colors_refused());
  ::unsetenv("NO_COLOR");
}

TEST(Environment, NamesADumbTerminal) {
  ::setenv("TERM", "xterm-256color", 1);
  EXPECT_FALSE(is_dumb_terminal());
  ::setenv("TERM", "dumb", 1);
  EXPECT_TRUE(is_dumb_terminal());
  ::unsetenv("TERM");
  EXPECT_FALSE(is_dumb_terminal());
}

SlotRecord slot(SlotStatus status, std::int64_t frames) {
  SlotRecord record;
  record.status = status;
  record.frames = frames;
  return record;
}

TEST(ExitCode, FollowsTheDesignsTable) {
  RunOutcome outcome;
  outcome.record.slots = {slot(SlotStatus::completed, 10), slot(SlotStatus::skipped, 0)};
  EXPECT_EQ(exit_code(outcome), ExitCode::done);
  outcome.record.slots[1] = slot(SlotStatus::failed, 3);
  EXPECT_EQ(exit_code(outcome), ExitCode::slot_failed);
  outcome.record.slots[0] = slot(SlotStatus::failed, 0);
  outcome.record.slots[1] = slot(SlotStatus::failed, 0);
  EXPECT_EQ(exit_code(outcome), ExitCode::nothing_measured);
  outcome.refused = true;
  EXPECT_EQ(exit_code(outcome), ExitCode::wrong_request);
  outcome.interrupted = true;
  EXPECT_EQ(exit_code(outcome), ExitCode::interrupted);
}

TEST(ExitCode, OfAFullDiskIsNotSuccess) {
  RunOutcome outcome;
  outcome.record.slots = {slot(SlotStatus::completed, 10)};
  outcome.unwritten = {{"frames.jsonl could not be written whole"}};
  EXPECT_EQ(exit_code(outcome), ExitCode::slot_failed);
}

}  // namespace
}  // namespace jetmeter
