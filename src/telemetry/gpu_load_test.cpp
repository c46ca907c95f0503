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
}

TEST(GpuLoad, FindsTheFilesOfOlderReleases) {
  for (const auto* path : {"/sys/devices/17000000.ga10b/load", "/sys/devices/platform/gpu.0/load",
                           "/sys/devices/gpu.0/load"}) {
    const BoardCopy board;
    board.write(path, "120\n");
    const auto source = gpu_load_source.open(board.host());
    ASSERT_TRUE(source) << path;
    const auto reading = read_once(**source);
    EXPECT_NEAR(*reading.at("load.gpu"), 12, 1e-9) << path;
    EXPECT_FALSE(reading.at("clock.gpu"));
  }
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

}  // namespace
}  // namespace jetmeter
