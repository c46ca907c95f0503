#include "run/available_memory.h"

#include <gtest/gtest.h>

#include "support/board_copy.h"

namespace jetmeter {
namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;

// A machine with 1000 MiB to give, and a group of 200 MiB.
struct Container : BoardCopy {
  Container() {
    write("/proc/meminfo", "MemTotal: 2048000 kB\nMemAvailable: 1024000 kB\n");
    write("/proc/self/cgroup", "0::/box\n");
    write("/sys/fs/cgroup/cgroup.controllers", "cpu memory\n");
    write("/sys/fs/cgroup/box/memory.max", "209715200\n");
  }
};

TEST(AvailableMemory, IsTheMachinesWhereNothingLimitsIt) {
  const Container machine;
  machine.write("/sys/fs/cgroup/box/memory.max", "max\n");
  const auto memory = read_available_memory(machine.host());
  EXPECT_EQ(memory.bytes, PoolBytes(1000 * kMiB));
  EXPECT_EQ(memory.bound, "");
}

TEST(AvailableMemory, IsWhatTheContainerLeaves) {
  const Container machine;
  EXPECT_EQ(read_available_memory(machine.host()).bytes, PoolBytes(200 * kMiB));
  machine.write("/sys/fs/cgroup/box/memory.current", "83886080\n");
  machine.write("/sys/fs/cgroup/box/memory.stat", "anon 1\ninactive_file 31457280\n");
  const auto memory = read_available_memory(machine.host());
  EXPECT_EQ(memory.bytes, PoolBytes(150 * kMiB));
  EXPECT_EQ(memory.bound, "container: 150 MiB left of its limit of 200 MiB");
}

TEST(AvailableMemory, IsTheMachinesWhereItHasLessThanTheContainerAllows) {
  const Container machine;
  machine.write("/proc/meminfo", "MemTotal: 2048000 kB\nMemAvailable: 102400 kB\n");
  EXPECT_EQ(read_available_memory(machine.host()).bytes, PoolBytes(100 * kMiB));
  EXPECT_EQ(read_available_memory(machine.host()).bound, "");
}

TEST(AvailableMemory, IsAbsentWhereNobodyTells) {
  EXPECT_EQ(read_available_memory(BoardCopy().host()).bytes, std::nullopt);
}

}  // namespace
}  // namespace jetmeter
