#include <gtest/gtest.h>

#include "telemetry/source_test.h"

namespace jetmeter {
extern const SourceKind gpu_load_source;
namespace {

constexpr std::string_view kJetPack6Load = "/sys/devices/platform/bus@0/17000000.gpu/load";

TEST(GpuLoad, ConvertsPerMilleAndReadsTheClock) {
  const BoardCopy board("orin-nano-super");
  const auto source = gpu_load_source.open(board.host());
  ASSERT_TRUE(source);
  const auto reading = read_once(**source);
  EXPECT_NEAR(*reading.at("load.gpu"), 99, 1e-9);
  EXPECT_EQ(*reading.at("clock.gpu"), 612e6);
  EXPECT_EQ(*reading.at("clock.gpu_cap"), 1020e6);
}

TEST(GpuLoad, FindsTheFilesOfOlderReleases) {
  for (const auto* path : {"/sys/devices/17000000.ga10b/load", "/sys/devices/17000000.gv11b/load",
                           "/sys/devices/17000000.gp10b/load", "/sys/devices/platform/gpu.0/load",
                           "/sys/devices/gpu.0/load"}) {
    const BoardCopy board;
    board.write(path, "120\n");
    const auto source = gpu_load_source.open(board.host());
    ASSERT_TRUE(source) << path;
    const auto reading = read_once(**source);
    EXPECT_NEAR(*reading.at("load.gpu"), 12, 1e-9) << path;
    EXPECT_EQ(reading.size(), 1u) << "no clock to be had, no channel";
  }
}

TEST(GpuLoad, IsThatOfARecordedXavier) {
  const BoardCopy board("xavier-nx");
  const auto source = gpu_load_source.open(board.host());
  ASSERT_TRUE(source);
  EXPECT_TRUE(read_once(**source)["load.gpu"]);
}

TEST(GpuLoad, AsksDevfreqWhereNoKnownPathExists) {
  const BoardCopy board;
  const std::string device = "/sys/class/devfreq/57000000.gpu/";
  board.write(device + "device/of_node/name", std::string("gpu\0", 4));
  board.write(device + "device/load", "7\n");
  board.write("/sys/class/devfreq/31b10000.mc/device/of_node/name", "memory-controller");
  board.write("/sys/class/devfreq/31b10000.mc/device/load", "900\n");
  const auto source = gpu_load_source.open(board.host());
  ASSERT_TRUE(source);
  EXPECT_NEAR(*read_once(**source)["load.gpu"], 0.7, 1e-9);
}

// JetPack 4 on Nano, 4 and 5 on Xavier, 5 on AGX Orin.
TEST(GpuLoad, FindsTheClockOfEveryGeneration) {
  for (const auto* name : {"57000000.gpu", "17000000.gv11b", "17000000.gp10b", "17000000.ga10b"}) {
    const BoardCopy board;
    const auto device = std::string("/sys/class/devfreq/") + name;
    const auto node = std::string_view(name).substr(9);
    board.write(device + "/device/of_node/name", std::string(node) + '\0');
    board.write(device + "/cur_freq", "318750000\n");
    board.write(device + "/max_freq", "1377000000\n");
    board.write(device + "/device/load", "455\n");
    const auto source = gpu_load_source.open(board.host());
    ASSERT_TRUE(source) << name;
    const auto reading = read_once(**source);
    EXPECT_EQ(*reading.at("clock.gpu"), 318.75e6) << name;
    EXPECT_EQ(*reading.at("clock.gpu_cap"), 1377e6) << name;
    EXPECT_NEAR(*reading.at("load.gpu"), 45.5, 1e-9) << name;
  }
}

TEST(GpuLoad, KnowsTheDeviceByItsNameWhereAContainerHidesTheDeviceTree) {
  const BoardCopy board;
  board.write("/sys/class/devfreq/15340000.vic/cur_freq", "115200000\n");
  board.write("/sys/class/devfreq/17000000.ga10b/cur_freq", "306000000\n");
  const auto source = gpu_load_source.open(board.host());
  ASSERT_TRUE(source);
  const auto reading = read_once(**source);
  ASSERT_EQ(reading.size(), 1u);
  EXPECT_EQ(*reading.at("clock.gpu"), 306e6);
}

TEST(GpuLoad, TakesTheGraphicsCoresOfThorAndNoLoadThatItDoesNotHave) {
  const BoardCopy board;
  board.write("/sys/class/devfreq/bwmgr/cur_freq", "4266000000\n");
  for (const auto* name : {"gpu-nvd-0", "gpu-gpc-0"}) {
    const auto device = std::string("/sys/class/devfreq/") + name;
    board.write(device + "/cur_freq", name[4] == 'g' ? "1575000000\n" : "1692000000\n");
    board.write(device + "/max_freq", "1575000000\n");
  }
  board.write("/sys/class/devfreq/gpu-nvd-0/device/of_node/name", "gpu");
  const auto source = gpu_load_source.open(board.host());
  ASSERT_TRUE(source);
  const auto reading = read_once(**source);
  EXPECT_EQ(reading.size(), 2u);
  EXPECT_EQ(*reading.at("clock.gpu"), 1575e6);
  EXPECT_EQ(*reading.at("clock.gpu_cap"), 1575e6);
}

TEST(GpuLoad, GpuWhoseRailIsOffHasNoClock) {
  const BoardCopy board("orin-nano-super");
  const auto source = gpu_load_source.open(board.host());
  ASSERT_TRUE(source);
  board.write("/sys/class/devfreq/17000000.gpu/cur_freq", "0\n");
  board.write(kJetPack6Load, "0\n");
  auto reading = read_once(**source);
  EXPECT_FALSE(reading["clock.gpu"]);
  EXPECT_EQ(reading["load.gpu"], 0) << "idle is a reading";
  EXPECT_EQ(reading["clock.gpu_cap"], 1020e6);
  board.write("/sys/class/devfreq/17000000.gpu/cur_freq", "");
  board.write(kJetPack6Load, "");
  reading = read_once(**source);
  EXPECT_FALSE(reading["clock.gpu"]);
  EXPECT_FALSE(reading["load.gpu"]);
}

TEST(GpuLoad, OtherDevfreqDevicesAreNoGpu) {
  const BoardCopy board;
  board.write("/sys/class/devfreq/15340000.vic/cur_freq", "115200000\n");
  board.write("/sys/class/devfreq/15340000.vic/device/of_node/name", "vic");
  board.write("/sys/class/devfreq/devfreq0/cur_freq", "1\n");
  const auto source = gpu_load_source.open(board.host());
  ASSERT_FALSE(source);
  EXPECT_NE(source.error().what.find("Jetson"), std::string::npos);
}

TEST(GpuLoad, IsAbsentOutsideItsScale) {
  const BoardCopy board("orin-nano-super");
  const auto source = gpu_load_source.open(board.host());
  ASSERT_TRUE(source);
  board.write(kJetPack6Load, "1001\n");
  EXPECT_FALSE(read_once(**source)["load.gpu"]);
  board.write(kJetPack6Load, "-1\n");
  EXPECT_FALSE(read_once(**source)["load.gpu"]);
  board.write(kJetPack6Load, "1000\n");
  EXPECT_NEAR(*read_once(**source)["load.gpu"], 100, 1e-9);
}

TEST(GpuClockSteps, AreThoseOfTheGpusTable) {
  BoardCopy board("orin-nano-super");
  constexpr auto* kTable = "/sys/class/devfreq/17000000.gpu/available_frequencies";
  board.remove(kTable);
  EXPECT_TRUE(gpu_clock_steps(board.host()).empty());
  board.write(kTable, "408000000 306000000 x -1 1020000000\n");
  EXPECT_EQ(gpu_clock_steps(board.host()), (std::vector<double>{306e6, 408e6, 1020e6}));
  board.write(kTable, std::string("\x00\xff", 2));
  EXPECT_TRUE(gpu_clock_steps(board.host()).empty());
  EXPECT_TRUE(gpu_clock_steps(BoardCopy().host()).empty());
}

}  // namespace
}  // namespace jetmeter
