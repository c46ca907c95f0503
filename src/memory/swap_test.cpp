#include "jetmeter/swap.h"

#include <gmock/gmock.h>

namespace jetmeter {
namespace {

using testing::IsEmpty;
using testing::Optional;

TEST(Swaps, ListsEachAreaInBytes) {
  const auto areas = parse_swaps(
      "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
      "/dev/zram0                              partition\t650240\t\t61952\t\t5\n"
      "/swapfile                               file\t\t4194300\t\t0\t\t-2\n");
  ASSERT_TRUE(areas);
  ASSERT_EQ(areas->size(), 2u);
  EXPECT_EQ((*areas)[0].name, "/dev/zram0");
  EXPECT_TRUE((*areas)[0].zram());
  EXPECT_EQ((*areas)[0].size_bytes, 650240u * 1024);
  EXPECT_EQ((*areas)[0].used_bytes, 61952u * 1024);
  EXPECT_FALSE((*areas)[1].zram());
}

TEST(Swaps, NoneIsNotTheSameAsUnreadable) {
  EXPECT_THAT(parse_swaps("Filename\tType\tSize\tUsed\tPriority\n"), Optional(IsEmpty()));
  EXPECT_EQ(parse_swaps(""), std::nullopt);
  EXPECT_EQ(parse_swaps("garbage\n"), std::nullopt);
  EXPECT_THAT(parse_swaps("Filename\n/dev/x partition many few 5\n\n/dev/y\n"),
              Optional(IsEmpty()));
}

TEST(Swaps, NamesStayPrintable) {
  const auto areas = parse_swaps("Filename\n/a\x1b[31m\xff file 4 0 -2\n");
  ASSERT_TRUE(areas);
  EXPECT_EQ(areas->at(0).name, "/a?[31m?");
}

TEST(SwapPlace, IsInMemoryWhereAllOfItIsZram) {
  const SwapArea zram{"/dev/zram0", 1024, 0}, file{"/swapfile", 1024, 0};
  EXPECT_EQ(place_of(std::vector{zram, zram}), SwapPlace::in_memory);
  EXPECT_EQ(place_of(std::vector{file}), SwapPlace::beside_memory);
  EXPECT_EQ(place_of(std::vector{zram, file}), SwapPlace::both);
  EXPECT_EQ(place_of({}), SwapPlace::unknown);
}

}  // namespace
}  // namespace jetmeter
