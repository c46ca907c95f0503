#include <gtest/gtest.h>
#include <unistd.h>

#include "jetmeter/recording.h"
#include "telemetry/source_test.h"

namespace jetmeter {
extern const SourceKind paging_source;
namespace {

// The recorded trees do not say how large their pages were.
const double kPage = static_cast<double>(sysconf(_SC_PAGESIZE));

TEST(Paging, ReadsTheBoard) {
  const BoardCopy board("orin-nano-super");
  const auto source = paging_source.open(board.host());
  ASSERT_TRUE(source);
  const auto reading = read_once(**source);
  EXPECT_EQ(*reading.at("memory.largest_free_block"), 1024 * kPage);
  EXPECT_EQ(*reading.at("memory.largest_free_blocks"), 12);
  EXPECT_EQ(*reading.at("swap.in"), 20480 * kPage);
  EXPECT_EQ(*reading.at("swap.out"), 114688 * kPage);
  EXPECT_EQ(reading.size(), 4u);
  for (const auto& channel : (*source)->channels())
    EXPECT_EQ(channel.unit, unit_of_channel(channel.name)) << channel.name;
}

TEST(Paging, NeedsOneOfItsFiles) {
  const BoardCopy board;
  const auto source = paging_source.open(board.host());
  ASSERT_FALSE(source);
  EXPECT_NE(source.error().what.find("/proc/buddyinfo"), std::string::npos);
}

class FreeBlocks : public testing::Test {
 protected:
  FreeBlocks() {
    board_.write("/proc/buddyinfo", "Node 0, zone Normal 1\n");
    auto source = paging_source.open(board_.host());
    EXPECT_TRUE(source);
    source_ = std::move(*source);
  }

  // In pages.
  std::optional<double> largest(std::string_view buddyinfo) {
    board_.write("/proc/buddyinfo", buddyinfo);
    const auto bytes = read_once(*source_).at("memory.largest_free_block");
    return bytes ? std::optional(*bytes / kPage) : std::nullopt;
  }

  // How many of that size.
  std::optional<double> blocks(std::string_view buddyinfo) {
    board_.write("/proc/buddyinfo", buddyinfo);
    return read_once(*source_).at("memory.largest_free_blocks");
  }

  BoardCopy board_;
  std::unique_ptr<Source> source_;
};

TEST_F(FreeBlocks, OfAllZonesTheLargestCounts) {
  EXPECT_EQ(largest("Node 0, zone      DMA      5      0      1      0 \n"
                    "Node 0, zone   Normal      9      9      0      0 \n"
                    "Node 1, zone   Normal      0      0      0      0 \n"),
            4);
  EXPECT_EQ(largest("Node 0, zone   Normal  13561   7604   1957    751    427    273    170     70"
                    "     15      3    264 \n"),
            1024);
}

// One block of 4 MiB is not as good as a thousand of them.
TEST_F(FreeBlocks, OfTheLargestSizeAreCountedInAllZones) {
  EXPECT_EQ(blocks("Node 0, zone      DMA      5      0      7      0 \n"
                   "Node 0, zone   Normal      9      9      3      0 \n"
                   "Node 1, zone   Normal     90      8      0      0 \n"),
            10);
  EXPECT_EQ(blocks("Node 0, zone      DMA      5      0      7      0 \n"
                   "Node 0, zone   Normal      9      9      3      1 \n"),
            1);
  EXPECT_EQ(blocks("Node 0, zone   Normal      9      9      3      0 \n"
                   "Node 0, zone      DMA      5      0      0      0 \n"),
            3);
}

TEST_F(FreeBlocks, NoneIsAReading) {
  EXPECT_EQ(blocks("Node 0, zone   Normal      0      0      0 \n"), 0);
  EXPECT_EQ(largest("Node 0, zone   Normal      0      0      0 \n"), 0);
}

TEST_F(FreeBlocks, DamagedLinesAreNotCounted) {
  for (const auto* text :
       {"", "Node 0, zone   Normal\n", "Node 0, zone Normal 1 2 x\n", "Node 0, zone Normal -1\n",
        "Zone 0, zone Normal 1\n", "Node 0, area Normal 1\n", "Node\n"}) {
    EXPECT_FALSE(largest(text)) << text;
    EXPECT_FALSE(blocks(text)) << text;
  }
  EXPECT_EQ(largest("Node 0, zone Normal 1 2 x\nNode 0, zone DMA 3\n"), 1);
}

TEST(Paging, SwapTrafficNeedsItsWholeName) {
  const BoardCopy board;
  board.write("/proc/vmstat", "pswpin_zswap 7\nzpswpout 8\npswpout -1\npswpin 3\n");
  const auto source = paging_source.open(board.host());
  ASSERT_TRUE(source);
  const auto reading = read_once(**source);
  EXPECT_EQ(reading.at("swap.in"), 3 * kPage);
  EXPECT_EQ(reading.count("swap.out"), 0u);
}

}  // namespace
}  // namespace jetmeter
