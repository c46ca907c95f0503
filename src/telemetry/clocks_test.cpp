#include "telemetry/clocks.h"

#include <gmock/gmock.h>

#include "jetmeter/clock_states.h"
#include "jetmeter/telemetry.h"
#include "support/board_copy.h"

namespace jetmeter {
namespace {

using testing::Optional;

constexpr std::string_view kCpu = "/sys/devices/system/cpu/";
constexpr std::string_view kGpu = "/sys/class/devfreq/17000000.gpu/";
constexpr std::string_view kEmcHeld = "/sys/kernel/debug/bpmp/debug/clk/emc/mrq_rate_locked";

std::string in(std::string_view folder, std::string_view file) {
  return std::string(folder) + std::string(file);
}

// As jetson_clocks leaves a board.
void lock(const BoardCopy& board) {
  for (const auto* core : {"cpu0", "cpu1", "cpu2", "cpu3", "cpu4", "cpu5"})
    board.write(in(kCpu, std::string(core) + "/cpufreq/scaling_min_freq"), "1728000\n");
  board.write(in(kGpu, "min_freq"), "1020000000\n");
  board.write(kEmcHeld, "1\n");
}

TEST(Clocks, AreLockedWhenNothingMayMove) {
  const BoardCopy board("orin-nano-super");
  EXPECT_THAT(read_clocks(board.host()).locked, Optional(false));
  lock(board);
  EXPECT_THAT(read_clocks(board.host()).locked, Optional(true));
  board.write(kEmcHeld, "0\n");
  EXPECT_THAT(read_clocks(board.host()).locked, Optional(false));
  board.remove("/sys/kernel/debug");
  EXPECT_THAT(read_clocks(board.host()).locked, Optional(true)) << "the EMC takes root to see";
  board.write(in(kCpu, "cpu4/cpufreq/scaling_min_freq"), "729600\n");
  EXPECT_THAT(read_clocks(board.host()).locked, Optional(false)) << "one core may still move";
}

TEST(ClockStates, AreOfEachUnitAlone) {
  const BoardCopy board("orin-nano-super");
  auto states = read_clock_states(board.host());
  for (const auto& state : {states.cpu, states.gpu, states.emc})
    EXPECT_THAT(state.locked, Optional(false));
  EXPECT_THAT(states.cpu.lowest_hz, Optional(729'600'000u));
  EXPECT_THAT(states.cpu.highest_hz, Optional(1'728'000'000u));
  EXPECT_THAT(states.gpu.lowest_hz, Optional(306'000'000u));
  EXPECT_THAT(states.gpu.highest_hz, Optional(1'020'000'000u));
  lock(board);
  board.write(kEmcHeld, "0\n");
  states = read_clock_states(board.host());
  EXPECT_THAT(states.cpu.locked, Optional(true));
  EXPECT_THAT(states.gpu.locked, Optional(true));
  EXPECT_THAT(states.gpu.lowest_hz, states.gpu.highest_hz);
  EXPECT_THAT(states.emc.locked, Optional(false));
  board.remove("/sys/kernel/debug");
  EXPECT_FALSE(read_clock_states(board.host()).emc.locked);
}

TEST(Clocks, OfTheGpuAreKnownWhereAContainerHidesTheDeviceTree) {
  for (const auto* name : {"orin-nano-super", "xavier-nx", "nano"}) {
    const BoardCopy board(name);
    const auto seen = read_clocks(board.host());
    ASSERT_TRUE(seen.caps.gpu_hz) << name;
    for (const auto& device : gpu_devfreq_folders(board.host()))
      std::filesystem::remove_all(device / "device/of_node");
    EXPECT_EQ(read_clocks(board.host()).caps.gpu_hz, seen.caps.gpu_hz) << name;
    EXPECT_EQ(read_clocks(board.host()).locked, seen.locked) << name;
  }
}

TEST(Clocks, ThoseOfThorsVideoUnitsAreNotTheGpus) {
  const BoardCopy board("agx-thor");
  board.write("/sys/class/devfreq/gpu-nvd-0/device/of_node/name", "gpu");
  board.write("/sys/class/devfreq/gpu-nvd-0/max_freq", "1692000000\n");
  EXPECT_THAT(read_clocks(board.host()).caps.gpu_hz, Optional(1575000000u));
  board.write("/sys/class/devfreq/gpu-gpc-1/max_freq", "1602000000\n");
  EXPECT_THAT(read_clocks(board.host()).caps.gpu_hz, Optional(1602000000u)) << "of all clusters";
}

TEST(Clocks, LockIsUnknownWhereCpuOrGpuDoNotTell) {
  const BoardCopy board("orin-nano-super");
  lock(board);
  board.remove(in(kGpu, "min_freq"));
  EXPECT_FALSE(read_clocks(board.host()).locked);
  EXPECT_FALSE(read_clocks(BoardCopy().host()).locked);
}

TEST(Clocks, CoresThatAreOfflineDoNotCount) {
  const BoardCopy board("agx-orin-64-jp6");
  EXPECT_THAT(read_clocks(board.host()).caps.cpu_hz, Optional(1728000000u));
  board.write(in(kCpu, "online"), "0-11\n");
  EXPECT_THAT(read_clocks(board.host()).caps.cpu_hz, Optional(2201600000u));
}

TEST(Clocks, TheLowestCapOfTheMemoryHolds) {
  const BoardCopy board("orin-nano-super");
  board.write("/sys/kernel/nvpmodel_clk_cap/emc", "2133000000\n");
  EXPECT_THAT(read_clocks(board.host()).caps.emc_hz, Optional(2133000000u));
  board.write("/sys/kernel/nvpmodel_clk_cap/emc", "0\n");
  EXPECT_THAT(read_clocks(board.host()).caps.emc_hz, Optional(3199000000u)) << "0 is no cap";
}

TEST(Clocks, DamageIsNoCap) {
  const BoardCopy board("orin-nano-super");
  for (const auto& text :
       {std::string(), std::string("-1\n"), std::string("12x"), std::string("\xff\x00", 2),
        std::string(100000, '9'), std::string("18446744073709551615")}) {
    for (const auto* core : {"cpu0", "cpu1", "cpu2", "cpu3", "cpu4", "cpu5"})
      board.write(in(kCpu, std::string(core) + "/cpufreq/scaling_max_freq"), text);
    board.write(in(kGpu, "max_freq"), text);
    board.write("/sys/kernel/nvpmodel_clk_cap/emc", text);
    board.write("/sys/kernel/debug/bpmp/debug/clk/emc/max_rate", text);
    const auto caps = read_clocks(board.host()).caps;
    EXPECT_FALSE(caps.cpu_hz) << text.substr(0, 30);
    EXPECT_FALSE(caps.gpu_hz);
    EXPECT_FALSE(caps.emc_hz);
  }
}

TEST(TpcMask, IsThatOfTheKernel) {
  const BoardCopy board("orin-nano-super");
  EXPECT_THAT(read_tpc_mask(board.host()), Optional(240u));
  board.write("/sys/devices/platform/bus@0/17000000.gpu/tpc_pg_mask", "4294967295\n");
  EXPECT_FALSE(read_tpc_mask(board.host()));
  board.remove("/sys/devices/platform");
  EXPECT_FALSE(read_tpc_mask(board.host()));
  board.write("/sys/class/devfreq/17000000.gpu/device/tpc_pg_mask", "252\n");
  EXPECT_THAT(read_tpc_mask(board.host()), Optional(252u));
}

}  // namespace
}  // namespace jetmeter
