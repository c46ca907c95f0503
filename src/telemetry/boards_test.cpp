// What is found out about every machine of tests/boards.
#include <gmock/gmock.h>

#include <algorithm>

#include "jetmeter/device.h"
#include "jetmeter/machine.h"
#include "support/board_copy.h"

namespace jetmeter {
namespace {

using Text = std::optional<std::string>;
using Hertz = std::optional<std::uint64_t>;
using Found = std::optional<Board>;

struct Expected {
  std::string board;
  Found identity;
  MemoryArchitecture architecture = MemoryArchitecture::unified;
  int cores = 0;
  std::uint64_t memory_mib = 0;
  std::string kernel;
  Text power_mode;
  std::optional<std::uint64_t> power_mode_id;
  Text fan_profile;
  std::optional<int> active_sms;
  ClockCaps caps, mode;
  std::optional<bool> locked;
  Text governor = "schedutil";
  std::string gpu;
};

constexpr std::uint64_t kMega = 1'000'000;

const Expected kExpected[] = {
    {.board = "orin-nano-super",
     .identity = Board{"NVIDIA Jetson Orin Nano Engineering Reference Developer Kit Super",
                       "36.4.3", "6.2", "Jetson Orin Nano 8GB Super", "p3767-0005", "tegra234"},
     .cores = 6,
     .memory_mib = 7620,
     .kernel = "5.15.148-tegra",
     .power_mode = "MAXN_SUPER",
     .power_mode_id = 2,
     .fan_profile = "quiet",
     .active_sms = 8,
     .caps = {1728 * kMega, 1020 * kMega, 3199 * kMega},
     .locked = false,
     .gpu = "tegra234 integrated GPU"},
    {.board = "orin-nx-16",
     .identity = Board{"NVIDIA Jetson Orin NX Engineering Reference Developer Kit Super", "36.4.3",
                       "6.2", "Jetson Orin NX 16GB Super", "p3767-0000", "tegra234"},
     .cores = 8,
     .memory_mib = 15656,
     .kernel = "5.15.148-tegra",
     .power_mode = "MAXN_SUPER",
     .power_mode_id = 0,
     .fan_profile = "cool",
     .active_sms = 8,
     .caps = {1984 * kMega, 1173 * kMega, 3199 * kMega},
     .locked = false,
     .gpu = "tegra234 integrated GPU"},
    {.board = "agx-orin-64-jp5",
     .identity = Board{"NVIDIA Jetson AGX Orin Developer Kit", "35.4.1", "5.1.2",
                       "Jetson AGX Orin 64GB", "p3701-0005", "tegra234"},
     .cores = 12,
     .memory_mib = 62801,
     .kernel = "5.10.120-tegra",
     .power_mode = "MAXN",
     .power_mode_id = 0,
     .fan_profile = "quiet",
     .active_sms = 16,
     .caps = {2201600000, 1300500000, 3199 * kMega},
     .locked = false,
     .gpu = "tegra234 integrated GPU"},
    {.board = "agx-orin-64-jp6",
     .identity = Board{"NVIDIA Jetson AGX Orin Developer Kit", "36.4.4", "6.2.1",
                       "Jetson AGX Orin 64GB", "p3701-0005", "tegra234"},
     .cores = 8,
     .memory_mib = 62841,
     .kernel = "5.15.148-tegra",
     .power_mode = "MODE_30W",
     .power_mode_id = 2,
     .fan_profile = "quiet",
     .active_sms = 8,
     .caps = {1728 * kMega, 612 * kMega, 3199 * kMega},
     .mode = {1728 * kMega, 612 * kMega, {}},
     .locked = false,
     .gpu = "tegra234 integrated GPU"},
    {.board = "agx-orin-64-jp7",
     .identity = Board{"NVIDIA Jetson AGX Orin Developer Kit", "39.2.0", "7.2",
                       "Jetson AGX Orin 64GB", "p3701-0005", "tegra234"},
     .cores = 12,
     .memory_mib = 62817,
     .kernel = "6.8.12-tegra",
     .power_mode = "MAXN",
     .power_mode_id = 0,
     .fan_profile = "cool",
     .active_sms = 16,  // the mask is that of nvpmodel.conf: this kernel shows none
     .caps = {2201600000, 1300500000, 3199 * kMega},
     .locked = true,
     .gpu = "tegra234 integrated GPU"},
    {.board = "agx-thor",
     .identity = Board{"NVIDIA Jetson AGX Thor Developer Kit", "38.4.0", "7.1",
                       "Jetson AGX Thor T5000", "p3834-0008", "tegra264"},
     .cores = 14,
     .memory_mib = 125773,
     .kernel = "6.8.12-tegra",
     .power_mode = "120W",
     .power_mode_id = 1,
     .fan_profile = "quiet",
     .caps = {2601 * kMega, 1575 * kMega, 4266 * kMega},
     .locked = false,
     .gpu = "NVIDIA Thor"},
    {.board = "xavier-nx",
     .identity = Board{"NVIDIA Jetson Xavier NX Developer Kit", "35.4.1", "5.1.2",
                       "Jetson Xavier NX 8GB", "p3668-0001", "tegra194"},
     .cores = 6,
     .memory_mib = 6851,
     .kernel = "5.10.120-tegra",
     .power_mode = "MODE_15W_6CORE",
     .power_mode_id = 2,
     .fan_profile = "quiet",
     .caps = {1420800000, 1109250000, 1866 * kMega},
     .mode = {1420800000, 1109250000, 1866 * kMega},
     .locked = false,
     .gpu = "tegra194 integrated GPU"},
    {.board = "nano",
     .identity = Board{"NVIDIA Jetson Nano Developer Kit", "32.7.1", "4.6.1", "Jetson Nano 4GB",
                       "p3448-0000", "tegra210"},
     .cores = 4,
     .memory_mib = 3964,
     .kernel = "4.9.253-tegra",
     .power_mode = "MAXN",
     .power_mode_id = 0,
     .caps = {1479 * kMega, 921600000, {}},
     .mode = {1479 * kMega, 921600000, 1600 * kMega},
     .locked = false,
     .gpu = "tegra210 integrated GPU"},
    {.board = "x86-nvidia",
     .architecture = MemoryArchitecture::discrete,
     .cores = 8,
     .memory_mib = 64215,
     .kernel = "6.8.0-60-generic",
     .caps = {4300 * kMega, {}, {}},
     .locked = false,
     .governor = "powersave",
     .gpu = "NVIDIA L40S"},
    {.board = "x86-two-a100",
     .architecture = MemoryArchitecture::discrete,
     .cores = 8,
     .memory_mib = 128810,
     .kernel = "6.8.0-60-generic",
     .governor = {},
     .gpu = "NVIDIA A100-SXM4-80GB"},
    {.board = "x86-host",
     .architecture = MemoryArchitecture::host,
     .cores = 4,
     .memory_mib = 15921,
     .kernel = "6.1.0-18-amd64",
     .caps = {3400 * kMega, {}, {}},
     .locked = false,
     .governor = "powersave"},
};

Host recorded(const Expected& expected) {
  return Host{std::filesystem::path(JM_TESTS_DIR) / "boards" / expected.board};
}

void expect_equal(const ClockCaps& found, const ClockCaps& expected) {
  EXPECT_EQ(found.cpu_hz, expected.cpu_hz);
  EXPECT_EQ(found.gpu_hz, expected.gpu_hz);
  EXPECT_EQ(found.emc_hz, expected.emc_hz);
}

class EveryBoard : public testing::TestWithParam<Expected> {};

TEST_P(EveryBoard, IsIdentified) {
  const auto& expected = GetParam();
  const auto machine = identify_machine(recorded(expected));
  ASSERT_EQ(machine.board.has_value(), expected.identity.has_value());
  if (machine.board) {
    EXPECT_EQ(machine.board->model, expected.identity->model);
    EXPECT_EQ(machine.board->l4t, expected.identity->l4t);
    EXPECT_EQ(machine.board->jetpack, expected.identity->jetpack);
    EXPECT_EQ(machine.board->module, expected.identity->module);
    EXPECT_EQ(machine.board->part_number, expected.identity->part_number);
    EXPECT_EQ(machine.board->soc, expected.identity->soc);
  }
  EXPECT_EQ(machine.memory_architecture, expected.architecture);
  EXPECT_EQ(machine.cores, expected.cores);
  EXPECT_EQ(machine.memory_total_bytes.value_or(0) >> 20U, expected.memory_mib);
  EXPECT_EQ(machine.kernel, expected.kernel);
  EXPECT_EQ(machine.governor, expected.governor);
  EXPECT_EQ(machine.gpus.empty() ? "" : machine.gpus[0].name, expected.gpu);
}

TEST_P(EveryBoard, SaysHowFastItMayRun) {
  const auto& expected = GetParam();
  const auto machine = identify_machine(recorded(expected));
  EXPECT_EQ(machine.power_mode, expected.power_mode);
  EXPECT_EQ(machine.power_mode_id, expected.power_mode_id);
  EXPECT_EQ(machine.fan_profile, expected.fan_profile);
  EXPECT_EQ(machine.active_sms, expected.active_sms);
  EXPECT_EQ(machine.clocks.locked, expected.locked);
  expect_equal(machine.clocks.caps, expected.caps);
  expect_equal(machine.clocks.mode, expected.mode);
}

// Firmware and EEPROM may be out of reach, in a container or on another maker's carrier.
TEST_P(EveryBoard, IsTheSameModuleByItsMemory) {
  const auto& expected = GetParam();
  if (!expected.identity) GTEST_SKIP() << "no Jetson";
  const BoardCopy copy(expected.board);
  copy.remove("/proc/device-tree/chosen");
  copy.remove("/proc/device-tree/nvidia,dtsfilename");
  copy.write("/proc/device-tree/compatible",
             "othermaker,board" + std::string(1, '\0') + "nvidia," + *expected.identity->soc);
  const auto machine = identify_machine(copy.host());
  ASSERT_TRUE(machine.board);
  EXPECT_EQ(machine.board->part_number, std::nullopt);
  EXPECT_EQ(machine.board->module, expected.identity->module);
}

TEST_P(EveryBoard, FindsItsDeviceOnlyIfItIsAJetson) {
  const auto& expected = GetParam();
  const auto* device = find_device(identify_machine(recorded(expected)));
  ASSERT_EQ(device != nullptr, expected.identity.has_value());
  if (device != nullptr) {
    EXPECT_EQ(device->name, *expected.identity->module);
  }
}

INSTANTIATE_TEST_SUITE_P(, EveryBoard, testing::ValuesIn(kExpected), [](const auto& test) {
  auto name = test.param.board;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(Boards, HaveEachALineInThisTest) {
  std::size_t boards = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(JM_TESTS_DIR) / "boards")) {
    if (!entry.is_directory()) continue;
    EXPECT_TRUE(std::filesystem::is_directory(entry.path() / "proc")) << entry.path();
    ++boards;
  }
  EXPECT_EQ(boards, std::size(kExpected));
}

}  // namespace
}  // namespace jetmeter
