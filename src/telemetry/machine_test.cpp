#include "jetmeter/machine.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "support/board_copy.h"
#include "telemetry/nvml_gpus.h"
#include "telemetry/nvml_test.h"

namespace jetmeter {
namespace {

using testing::Optional;

TEST(Machine, IdentifiesTheOrin) {
  const BoardCopy board("orin-nano-super");
  const auto machine = identify_machine(board.host());
  ASSERT_TRUE(machine.board);
  EXPECT_EQ(machine.board->model,
            "NVIDIA Jetson Orin Nano Engineering Reference Developer Kit Super");
  EXPECT_THAT(machine.board->l4t, Optional(std::string("36.4.3")));
  EXPECT_THAT(machine.board->jetpack, Optional(std::string("6.2")));
  EXPECT_EQ(machine.memory_architecture, MemoryArchitecture::unified);
  EXPECT_EQ(machine.cpu, "aarch64");
  EXPECT_EQ(machine.cores, 6);
  EXPECT_THAT(machine.memory_total_bytes, Optional(7620ull * 1024 * 1024));
  EXPECT_EQ(machine.kernel, "5.15.148-tegra");
  EXPECT_THAT(machine.power_mode, Optional(std::string("MAXN_SUPER")));
  EXPECT_THAT(machine.governor, Optional(std::string("schedutil")));
  ASSERT_EQ(machine.gpus.size(), 1u);
  EXPECT_FALSE(machine.gpus[0].memory_bytes) << "it has no memory of its own";
}

TEST(Machine, IdentifiesTheHost) {
  const BoardCopy board("x86-host");
  const auto machine = identify_machine(board.host());
  EXPECT_FALSE(machine.board);
  EXPECT_EQ(machine.memory_architecture, MemoryArchitecture::host);
  EXPECT_EQ(machine.cpu, "Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz");
  EXPECT_EQ(machine.cores, 4);
  EXPECT_FALSE(machine.power_mode);
  EXPECT_TRUE(machine.gpus.empty());
}

TEST(Machine, DriverFolderMakesItDiscrete) {
  const BoardCopy board("x86-host");
  board.write("/proc/driver/nvidia/gpus/0000:01:00.0/information",
              "Model: \t\t NVIDIA L40S\nIRQ:   \t\t 135\nDevice Minor: \t 0\n");
  const auto machine = identify_machine(board.host());
  EXPECT_EQ(machine.memory_architecture, MemoryArchitecture::discrete);
  ASSERT_EQ(machine.gpus.size(), 1u);
  EXPECT_EQ(machine.gpus[0].name, "NVIDIA L40S");
}

TEST(Machine, BoardWithTheDriverFolderStaysUnified) {
  const BoardCopy board("orin-nano-super");
  board.write("/proc/driver/nvidia/gpus/0000:01:00.0/information", "Model: \t\t NVIDIA Thor\n");
  const auto machine = identify_machine(board.host());
  EXPECT_EQ(machine.memory_architecture, MemoryArchitecture::unified);
  EXPECT_EQ(machine.gpus.at(0).name, "NVIDIA Thor");
}

TEST(Machine, CoresAreThoseOnline) {
  const BoardCopy board("orin-nano-super");
  board.write("/sys/devices/system/cpu/online", "0-3\n");
  EXPECT_EQ(identify_machine(board.host()).cores, 4);
}

TEST(Machine, AFlagOfTheCpuTellsAVirtualMachine) {
  const BoardCopy board("x86-host");
  const auto with_flags = [&](const std::string& flags) {
    board.write("/proc/cpuinfo", "processor\t: 0\nflags\t\t: " + flags + "\n");
    return identify_machine(board.host()).virtual_machine;
  };
  EXPECT_THAT(with_flags("fpu vme hypervisor lahf_lm"), Optional(true));
  EXPECT_THAT(with_flags("fpu vme lahf_lm"), Optional(false));
  EXPECT_FALSE(identify_machine(BoardCopy("orin-nano-super").host()).virtual_machine);
}

TEST(Machine, EmptyRootLeavesEverythingAbsent) {
  const BoardCopy nothing;
  const auto machine = identify_machine(nothing.host());
  EXPECT_FALSE(machine.board);
  EXPECT_FALSE(machine.memory_total_bytes);
  EXPECT_FALSE(machine.power_mode);
  EXPECT_FALSE(machine.governor);
  EXPECT_EQ(machine.cores, 0);
  EXPECT_EQ(machine.cpu, "unknown");
}

TEST(Machine, GarbageIsNeverTakenOverAsItIs) {
  const std::string garbage("\xff\x01 R : \x80\nmodel name: \xfe\n");
  const BoardCopy board("orin-nano-super");
  for (const auto& entry : std::filesystem::recursive_directory_iterator(board.host().root)) {
    if (entry.is_regular_file()) std::ofstream(entry.path(), std::ios::binary) << garbage;
  }
  const auto machine = identify_machine(board.host());
  const auto printable = [](const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
  };
  ASSERT_TRUE(machine.board);
  EXPECT_TRUE(printable(machine.board->model)) << machine.board->model;
  EXPECT_TRUE(printable(machine.cpu)) << machine.cpu;
  EXPECT_TRUE(printable(machine.kernel)) << machine.kernel;
  EXPECT_FALSE(machine.board->l4t);
  EXPECT_FALSE(machine.memory_total_bytes);
}

TEST(IdentifyMachine, TakesFromNvmlWhatTheDriversFolderDoesNotTell) {
  const BoardWithNvml board("x86-two-a100");
  const auto machine = identify_machine(board.host());
  EXPECT_EQ(machine.memory_architecture, MemoryArchitecture::discrete);
  ASSERT_EQ(machine.gpus.size(), 2u);
  const auto told = nvml_gpus(board.host());
  EXPECT_EQ(machine.gpus[0].name, told[0].name);
  EXPECT_GT(machine.gpus[0].memory_bytes.value_or(0), std::uint64_t{1} << 30U);
  EXPECT_EQ(machine.gpus[0].compute_capability, "8.0");
  EXPECT_EQ(machine.gpus[0].driver, told[0].driver);
}

}  // namespace
}  // namespace jetmeter
