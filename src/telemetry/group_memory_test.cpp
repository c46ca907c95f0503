#include <gmock/gmock.h>

#include "jetmeter/group_limits.h"
#include "support/board_copy.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;

constexpr std::uint64_t kMiB = 1024 * 1024;

std::vector<std::optional<double>> read(Source& source) {
  std::vector<std::optional<double>> values(source.channels().size());
  source.read(values);
  return values;
}

TEST(GroupMemory, IsOfTheGroupThatLeavesTheLeast) {
  const BoardCopy machine;
  machine.write("/proc/self/cgroup", "0::/a/b\n");
  machine.write("/sys/fs/cgroup/cgroup.controllers", "memory\n");
  machine.write("/sys/fs/cgroup/a/memory.max", "1000\n");
  machine.write("/sys/fs/cgroup/a/memory.current", "950\n");
  machine.write("/sys/fs/cgroup/a/memory.stat", "inactive_file 20\nactive_file 30\nshmem 900\n");
  machine.write("/sys/fs/cgroup/a/b/memory.max", "800\n");
  machine.write("/sys/fs/cgroup/a/b/memory.current", "100\n");
  const auto source = open_group_memory(machine.host());
  ASSERT_TRUE(source) << source.error().what;
  EXPECT_EQ((*source)->channels()[0].name, kGroupLimitChannel);
  EXPECT_EQ((*source)->channels()[1].name, kGroupAvailableChannel);
  EXPECT_THAT(read(**source), ElementsAre(Optional(1000.0), Optional(100.0)));
  machine.write("/sys/fs/cgroup/a/b/memory.current", "900\n");
  EXPECT_THAT(read(**source), ElementsAre(Optional(800.0), Optional(0.0)));
}

TEST(GroupMemory, OfTheFirstVersion) {
  const BoardCopy machine;
  machine.write("/proc/self/cgroup", "5:memory:/docker/x\n0::/\n");
  const std::string tree = "/sys/fs/cgroup/memory/";
  machine.write(tree + "memory.limit_in_bytes", "9223372036854771712\n");
  machine.write(tree + "docker/x/memory.limit_in_bytes", "209715200\n");
  machine.write(tree + "docker/x/memory.usage_in_bytes", "104857600\n");
  machine.write(tree + "docker/x/memory.stat",
                "inactive_file 7\ntotal_inactive_file 10485760\ntotal_active_file 41943040\n");
  const auto memory = read_group_memory(machine.host());
  ASSERT_TRUE(memory);
  EXPECT_EQ(memory->limit_bytes, 200 * kMiB);
  EXPECT_EQ(memory->available_bytes, 150 * kMiB);
}

TEST(GroupMemory, IsNotKnownWithoutWhatTheGroupHolds) {
  const BoardCopy machine;
  machine.write("/proc/self/cgroup", "0::/\n");
  machine.write("/sys/fs/cgroup/cgroup.controllers", "memory\n");
  machine.write("/sys/fs/cgroup/memory.max", "209715200\n");
  const auto memory = read_group_memory(machine.host());
  ASSERT_TRUE(memory);
  EXPECT_EQ(memory->limit_bytes, 200 * kMiB);
  EXPECT_EQ(memory->available_bytes, std::nullopt);
}

TEST(GroupMemory, IsNoSourceWhereNothingLimits) {
  const BoardCopy machine;
  EXPECT_THAT(open_group_memory(machine.host()).error().what, HasSubstr("not mounted"));
  machine.write("/proc/self/cgroup", "0::/\n");
  machine.write("/sys/fs/cgroup/cgroup.controllers", "memory\n");
  machine.write("/sys/fs/cgroup/memory.max", "max\n");
  EXPECT_THAT(open_group_memory(machine.host()).error().what,
              HasSubstr("no control group limits the memory"));
  EXPECT_EQ(read_group_memory(machine.host()), std::nullopt);
}

}  // namespace
}  // namespace jetmeter
