#include <gtest/gtest.h>
#include <unistd.h>

#include "telemetry/source_test.h"

namespace jetmeter {
extern const SourceKind emc_source;
namespace {

const std::string kDebug = "/sys/kernel/debug/";
const std::string kRate = kDebug + "bpmp/debug/clk/emc/rate";
const std::string kActivity = kDebug + "cactmon/mc_all";

TEST(Emc, ActivityIsPercentTimesKilohertz) {
  const BoardCopy board("orin-nano-super");
  const auto source = emc_source.open(board.host());
  ASSERT_TRUE(source);
  const auto reading = read_once(**source);
  EXPECT_EQ(reading.at("clock.emc"), 2133e6);
  EXPECT_NEAR(*reading.at("load.emc"), 61, 1e-9);
}

TEST(Emc, FindsTheActivityOfOlderReleases) {
  for (const auto& path : {kDebug + "bpmp/debug/actmon/mc_all_avg_activity",
                           std::string("/sys/kernel/actmon_avg_activity/mc_all")}) {
    const BoardCopy board;
    board.write(kRate, "1600000000\n");
    board.write(path, "3200000\n");
    const auto source = emc_source.open(board.host());
    ASSERT_TRUE(source) << path;
    EXPECT_NEAR(*read_once(**source).at("load.emc"), 2, 1e-9) << path;
  }
}

TEST(Emc, FindsTheClockOfNanoAndOfThor) {
  for (const auto& path : {kDebug + "clk/override.emc/clk_rate", kDebug + "clk/emc/clk_rate",
                           std::string("/sys/class/devfreq/bwmgr/cur_freq")}) {
    const BoardCopy board;
    board.write(path, "665600000\n");
    const auto source = emc_source.open(board.host());
    ASSERT_TRUE(source) << path;
    const auto reading = read_once(**source);
    EXPECT_EQ(reading.size(), 1u) << "without its module there is no load to read";
    EXPECT_EQ(reading.at("clock.emc"), 665.6e6) << path;
  }
}

TEST(Emc, MoreThanAllIsNoLoad) {
  const BoardCopy board;
  board.write(kRate, "204000000\n");
  board.write(kActivity, "20400000\n");
  const auto source = emc_source.open(board.host());
  ASSERT_TRUE(source);
  EXPECT_NEAR(*read_once(**source).at("load.emc"), 100, 1e-9);
  board.write(kActivity, "20400001\n");
  EXPECT_FALSE(read_once(**source).at("load.emc")) << "the clock has just fallen";
  board.write(kActivity, "-1\n");
  EXPECT_FALSE(read_once(**source).at("load.emc"));
  board.write(kActivity, "0\n");
  EXPECT_EQ(read_once(**source).at("load.emc"), 0);
  board.write(kRate, "0\n");
  const auto reading = read_once(**source);
  EXPECT_FALSE(reading.at("clock.emc"));
  EXPECT_FALSE(reading.at("load.emc")) << "nothing to compare to";
}

TEST(Emc, SaysThatItNeedsRootWhereTheFileIsThere) {
  const BoardCopy board;
  board.write(kRate, "");
  board.write(kActivity, "1\n");
  const auto source = emc_source.open(board.host());
  ASSERT_FALSE(source);
  EXPECT_NE(source.error().what.find("needs root"), std::string::npos);
  EXPECT_NE(source.error().what.find("modprobe tegra_cactmon_mc_all"), std::string::npos);
}

// What everybody but root meets on a Jetson.
TEST(Emc, SaysThatItNeedsRootWhereTheFolderIsClosed) {
  if (geteuid() == 0) GTEST_SKIP() << "nothing is closed to root";
  const BoardCopy board("orin-nano-super");
  const auto folder = board.host().path("/sys/kernel/debug");
  std::filesystem::permissions(folder, std::filesystem::perms::none);
  const auto source = emc_source.open(board.host());
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
  ASSERT_FALSE(source);
  EXPECT_NE(source.error().what.find("needs root"), std::string::npos);
}

TEST(Emc, DoesNotPromiseRootAnythingOnOtherMachines) {
  const BoardCopy board("x86-host");
  const auto source = emc_source.open(board.host());
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().what.find("root:"), std::string::npos);
  EXPECT_NE(source.error().what.find("only Jetson boards"), std::string::npos);
}

}  // namespace
}  // namespace jetmeter
