#include "telemetry/group_tree.h"

#include <gmock/gmock.h>

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::Optional;

TEST(Group, IsFoundByItsController) {
  const auto* v1 = "11:cpu,cpuacct:/a\n5:memory:/docker/x\n1:name=systemd:/b\n";
  EXPECT_EQ(parse_group(v1, "memory"), "/docker/x");
  EXPECT_EQ(parse_group(v1, "cpuacct"), "/a");
  EXPECT_EQ(parse_group(v1, "cpu"), "/a");
  EXPECT_EQ(parse_group(v1, ""), std::nullopt);
  EXPECT_EQ(parse_group("0::/user.slice\n", ""), "/user.slice");
  for (const auto* bad : {"", "0", "0:", ":"}) EXPECT_EQ(parse_group(bad, "memory"), std::nullopt);
}

TEST(CpuMax, IsCores) {
  EXPECT_THAT(parse_cpu_max("150000 100000\n"), Optional(1.5));
  for (const auto* none : {"", "max 100000", "100000", "1 0", "x y"})
    EXPECT_EQ(parse_cpu_max(none), std::nullopt) << none;
}

TEST(GroupFolders, GoUpToTheRootOfTheTree) {
  EXPECT_THAT(group_folders("/t", "/a/b"), ElementsAre("/t/a/b", "/t/a", "/t/"));
  EXPECT_THAT(group_folders("/t", "/"), ElementsAre("/t/"));
  EXPECT_THAT(group_folders("/t", ""), ElementsAre("/t/"));
  EXPECT_THAT(group_folders("/t", "//"), ElementsAre("/t/"));
}

TEST(SoundLimit, IsNoneWhereTheKernelMeansNone) {
  EXPECT_THAT(sound_limit(1024), Optional(1024));
  for (const double none : {0.0, -1.0, 9223372036854771712.0})
    EXPECT_EQ(sound_limit(none), std::nullopt) << none;
  EXPECT_EQ(sound_limit({}), std::nullopt);
}

}  // namespace
}  // namespace jetmeter
