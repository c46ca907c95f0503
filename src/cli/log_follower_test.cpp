#include "cli/log_follower.h"

#include <gmock/gmock.h>

#include <fstream>
#include <vector>

#include "support/temp_dir.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(LogFollower, TellsWhatWasWrittenWhileItLived) {
  const TempDir dir;
  std::vector<std::string> told;
  {
    const LogFollower follower(dir.path() / "run.log",
                               [&](std::string_view line) { told.emplace_back(line); });
    std::ofstream(dir.path() / "run.log") << "one\ntwo\n\nthe last, torn";
  }
  EXPECT_THAT(told, ElementsAre("one", "two", "", "the last, torn"));
}

TEST(LogFollower, TellsNothingOfAnEarlierRun) {
  const TempDir dir;
  std::vector<std::string> told;
  {
    const LogFollower follower(dir.write("run.log", "old\n"),
                               [&](std::string_view line) { told.emplace_back(line); });
  }
  EXPECT_THAT(told, IsEmpty());
}

TEST(OnlyInLog, IsWhatATerminalWasNotTold) {
  const std::string time = "2030-01-01T00:00:00.000000Z ";
  EXPECT_TRUE(only_in_log(time + "ERROR rgb: the worker holds 9 GiB"));
  EXPECT_TRUE(only_in_log(time + "verdict: complete"));
  EXPECT_TRUE(only_in_log("onnxruntime: session: a node is not supported"));
  EXPECT_TRUE(only_in_log("      an indented line of a runtime"));
  EXPECT_TRUE(only_in_log(""));
  EXPECT_FALSE(only_in_log(time + "[7/7] Writing the reports"));
  EXPECT_FALSE(only_in_log(time + "      rgb: onnxruntime 1.23 on cpu"));
  EXPECT_FALSE(only_in_log(time + "WARNING rgb: memory is short"));
}

}  // namespace
}  // namespace jetmeter
