// scripts/record_board.sh on trees whose owner must not be told by what it writes.
#include <gmock/gmock.h>

#include <cstdlib>

#include "jetmeter/machine.h"
#include "jetmeter/telemetry.h"
#include "support/board_copy.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;
using testing::Not;

int record(const BoardCopy& from, const std::filesystem::path& out) {
  const std::string command = "'" JM_TESTS_DIR "/../scripts/record_board.sh' --root '" +
                              from.host().root.string() + "' '" + out.string() + "' >'" +
                              out.string() + ".said' 2>&1";
  return std::system(command.c_str());  // NOLINT(bugprone-command-processor)
}

// Every path and every byte of a tree.
std::string all_of(const std::filesystem::path& root) {
  std::string text;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    text += entry.path().lexically_relative(root).string() + "\n";
    if (entry.is_regular_file()) text += read_text(entry.path()).value_or("") + "\n";
  }
  return text;
}

TEST(RecordBoard, TheRecordedTreeIsTheSameBoard) {
  for (const auto* board : {"agx-orin-64-jp6", "nano"}) {
    const BoardCopy original(board);
    const TempDir out;
    ASSERT_EQ(record(original, out.path() / "board"), 0)
        << read_text(out.path() / "board.said").value_or("");
    const auto a = identify_machine(original.host());
    const auto b = identify_machine(Host{out.path() / "board"});
    EXPECT_EQ(b.board->model, a.board->model);
    EXPECT_EQ(b.board->module, a.board->module);
    EXPECT_EQ(b.board->part_number, a.board->part_number);
    EXPECT_EQ(b.board->l4t, a.board->l4t);
    EXPECT_EQ(b.power_mode, a.power_mode);
    EXPECT_EQ(b.memory_total_bytes, a.memory_total_bytes);
    EXPECT_EQ(b.cores, a.cores);
    EXPECT_EQ(b.active_sms, a.active_sms);
    EXPECT_EQ(b.clocks.caps.gpu_hz, a.clocks.caps.gpu_hz);
    EXPECT_EQ(b.clocks.locked, a.clocks.locked);
  }
}

// "temperature.cpu-thermal 57.125" of every channel of every source, but of those that are no
// files: a program and a library.
std::vector<std::string> readings_of(const Host& host) {
  std::vector<std::string> lines;
  for (const auto* kind : source_kinds()) {
    if (kind->name == "tegrastats" || kind->name == "nvml") continue;
    const auto source = kind->open(host);
    if (!source) continue;
    const auto channels = (*source)->channels();
    std::vector<std::optional<double>> values(channels.size());
    (*source)->read(values);
    for (std::size_t i = 0; i < values.size(); ++i)
      lines.push_back(channels[i].name + (values[i] ? " " + std::to_string(*values[i]) : ""));
  }
  return lines;
}

// A path that a source reads and the script forgets is missing here; doctor's tests do every board.
TEST(RecordBoard, EverySourceReadsTheSameOfTheRecordedTree) {
  for (const auto* board : {"xavier-nx", "nano", "x86-host"}) {
    SCOPED_TRACE(board);
    const BoardCopy original(board);
    const TempDir out;
    ASSERT_EQ(record(original, out.path() / "board"), 0);
    EXPECT_EQ(readings_of(Host{out.path() / "board"}), readings_of(original.host()));
  }
}

TEST(RecordBoard, TakesThePackageOfL4tAndNoOther) {
  const BoardCopy board("orin-nano-super");
  board.remove("/etc/nv_tegra_release");
  board.write("/var/lib/dpkg/status",
              "Package: curl\nStatus: install ok installed\nVersion: 7.81\n\n"
              "Package: nvidia-l4t-core\nStatus: install ok installed\nMaintainer: NVIDIA\n"
              "Version: 36.4.4-20250616085344\nDescription: core\n Package: more\n\n"
              "Package: zsh\nStatus: install ok installed\nVersion: 5.8\n");
  const TempDir out;
  ASSERT_EQ(record(board, out.path() / "board"), 0);
  const Host recorded{out.path() / "board"};
  EXPECT_EQ(read_text(recorded.path("/var/lib/dpkg/status")),
            "Package: nvidia-l4t-core\nStatus: install ok installed\n"
            "Version: 36.4.4-20250616085344\n");
  EXPECT_EQ(identify_machine(recorded).board.value().l4t, "36.4.4");
}

TEST(RecordBoard, TakesWhatLimitsAGroupAndNotWhoseItIs) {
  const BoardCopy board;
  board.write("/etc/passwd", "mkowalska:x:1000:1000:Maria Kowalska:/home/mkowalska:/bin/bash\n");
  board.write("/proc/self/cgroup", "0::/users/mkowalska.slice/job\n");
  board.write("/sys/fs/cgroup/cgroup.controllers", "cpu memory\n");
  board.write("/sys/fs/cgroup/users/mkowalska.slice/memory.max", "1073741824\n");
  board.write("/sys/fs/cgroup/users/mkowalska.slice/job/cpu.max", "150000 100000\n");
  const TempDir out;
  ASSERT_EQ(record(board, out.path() / "board"), 0);
  const Host recorded{out.path() / "board"};
  EXPECT_EQ(read_text(recorded.path("/proc/self/cgroup")), "0::/users/REMOVED.slice/job\n");
  EXPECT_EQ(read_text(recorded.path("/sys/fs/cgroup/users/REMOVED.slice/memory.max")),
            "1073741824\n");
  EXPECT_EQ(read_text(recorded.path("/sys/fs/cgroup/users/REMOVED.slice/job/cpu.max")),
            "150000 100000\n");
  EXPECT_THAT(all_of(out.path()), Not(HasSubstr("mkowalska")));
}

TEST(RecordBoard, TakesTheFansDaemonAndNotWhoEditedItsFile) {
  const BoardCopy board("orin-nano-super");
  board.write("/etc/passwd", "mkowalska:x:1000:1000:Maria Kowalska:/home/mkowalska:/bin/bash\n");
  board.write("/etc/nvfancontrol.conf", "# mkowalska was here\n\tFAN_DEFAULT_PROFILE cool\n");
  board.write("/var/lib/nvfancontrol/status", "FAN1:FAN_PROFILE:loud\n# mkowalska\n");
  const TempDir out;
  ASSERT_EQ(record(board, out.path() / "board"), 0);
  const Host recorded{out.path() / "board"};
  EXPECT_EQ(read_text(recorded.path("/etc/nvfancontrol.conf")),
            "# REMOVED was here\n\tFAN_DEFAULT_PROFILE cool\n");
  EXPECT_EQ(read_text(recorded.path("/var/lib/nvfancontrol/status")),
            "FAN1:FAN_PROFILE:loud\n# REMOVED\n");
  EXPECT_EQ(identify_machine(recorded).fan_profile, "loud");
}

TEST(RecordBoard, NothingTellsWhoseMachineItIs) {
  const BoardCopy board("agx-orin-64-jp6");
  const std::string serial = "1424325030133", host_name = "lab-7-orin", user = "mkowalska";
  const std::string mac = "48:b0:2d:aa:bb:cc", address = "192.168.17.23";
  const std::string address6 = "fe80::4ab0:2dff:feaa:bbcc";
  const std::string uuid = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
  const std::string all = serial + " " + host_name + " " + user + " " + mac + " " + address + " " +
                          address6 + " " + uuid + "\n";
  board.write("/etc/hostname", host_name + "\n");
  board.write("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\n" + user +
                                 ":x:1000:1000:Maria Kowalska,,,:/home/" + user + ":/bin/bash\n");
  board.write("/proc/device-tree/serial-number", serial + std::string(1, '\0'));
  board.write("/sys/bus/i2c/devices/0-0050/eeprom", std::string("\x02\x00\xfc\x00", 4) +
                                                        "699-13701-0005-500 R.0" +
                                                        std::string(1, '\0') + serial + "\xff\xff");
  for (const auto* file : {"/etc/nvpmodel.conf", "/proc/cpuinfo", "/etc/nv_tegra_release",
                           "/sys/kernel/debug/nvmap/iovmm/clients", "/proc/meminfo"})
    board.write(file, read_text(board.host().path(file)).value_or("") + all);
  board.write("/proc/driver/nvidia/gpus/0000:01:00.0/information",
              "Model: \t Orin\nGPU UUID: \t GPU-" + uuid + "\n");

  const TempDir out;
  ASSERT_EQ(record(board, out.path() / "board"), 0);
  const auto text = all_of(out.path()) + read_text(out.path() / "board.said").value_or("");
  for (const auto& secret :
       {serial, host_name, user, mac, address, address6, uuid, std::string("Kowalska")})
    EXPECT_THAT(text, Not(HasSubstr(secret)));
  EXPECT_THAT(text, HasSubstr("699-13701-0005-500")) << "the part number is nobody's";
  EXPECT_EQ(identify_machine(Host{out.path() / "board"}).board->part_number, "p3701-0005");
}

TEST(RecordBoard, TakesNoMoreOfAFileThanIsUseful) {
  const BoardCopy board;
  board.write("/proc/meminfo", std::string(1'000'000, 'x') + "\n");
  const TempDir out;
  ASSERT_EQ(record(board, out.path() / "board"), 0);
  EXPECT_LE(std::filesystem::file_size(out.path() / "board/proc/meminfo"), 65537u);
}

TEST(RecordBoard, TellsItsUsageWhenAskedForHelp) {
  const TempDir dir;
  const auto said = dir.path() / "said";
  for (const std::string option : {"--help", "-h"}) {
    const std::string command =
        "'" JM_TESTS_DIR "/../scripts/record_board.sh' " + option + " >'" + said.string() + "'";
    EXPECT_EQ(std::system(command.c_str()), 0) << option;  // NOLINT(bugprone-command-processor)
    EXPECT_THAT(read_text(said).value_or(""),
                testing::StartsWith("usage: scripts/record_board.sh [--root DIR] OUT\n"));
  }
}

TEST(RecordBoard, WritesOverNothing) {
  const BoardCopy board;
  const TempDir out;
  std::filesystem::create_directory(out.path() / "board");
  EXPECT_NE(record(board, out.path() / "board"), 0);
  EXPECT_THAT(read_text(out.path() / "board.said").value_or(""), HasSubstr("exists already"));
}

}  // namespace
}  // namespace jetmeter
