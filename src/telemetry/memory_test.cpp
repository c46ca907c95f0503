#include <gtest/gtest.h>
#include <unistd.h>

#include "telemetry/source_test.h"

namespace jetmeter {
extern const SourceKind memory_source;
namespace {

constexpr double kMebibyte = 1024.0 * 1024.0;

// The recorded trees do not say how large their pages were.
const double kPage = static_cast<double>(sysconf(_SC_PAGESIZE));

TEST(Memory, ReadsTheBoard) {
  const BoardCopy board("orin-nano-super");
  const auto source = memory_source.open(board.host());
  ASSERT_TRUE(source);
  const auto reading = read_once(**source);
  EXPECT_EQ(*reading.at("memory.total"), 7620 * kMebibyte);
  EXPECT_EQ(*reading.at("memory.available"), (7620 - 6712) * kMebibyte);
  EXPECT_EQ(*reading.at("memory.free"), 110 * kMebibyte);
  EXPECT_EQ(*reading.at("memory.cached"), (805 + 20) * kMebibyte) << "SwapCached is not of files";
  EXPECT_EQ(*reading.at("memory.swap_used"), 369 * kMebibyte);
  EXPECT_EQ(*reading.at("memory.swap_total"), 3810 * kMebibyte);
  EXPECT_EQ(*reading.at("memory.largest_free_block"), 1024 * kPage);
  EXPECT_EQ(*reading.at("swap.in"), 20480 * kPage);
  EXPECT_EQ(*reading.at("swap.out"), 114688 * kPage);
  EXPECT_EQ(reading.size(), 9u) << "this kernel has no NvMap line";
}

TEST(Memory, WhatAKernelDoesNotSayIsNoChannel) {
  const BoardCopy board;
  board.write("/proc/meminfo", "MemTotal: 2048 kB\nCached: 12 kB\nSwapTotal: 0 kB\n");
  const auto source = memory_source.open(board.host());
  ASSERT_TRUE(source);
  const auto reading = read_once(**source);
  EXPECT_EQ(reading.size(), 3u);
  EXPECT_EQ(reading.at("memory.total"), 2 * kMebibyte);
  EXPECT_EQ(reading.at("memory.cached"), 12 * 1024);
  EXPECT_EQ(reading.at("memory.swap_total"), 0) << "no swap is a reading";
}

TEST(Memory, CacheIsCachedBuffersAndReclaimable) {
  const BoardCopy board;
  board.write("/proc/meminfo",
              "MemTotal: 9999 kB\nBuffers: 1 kB\nCached: 20 kB\nSwapCached: 4000 kB\n"
              "Slab: 50000 kB\nSReclaimable: 300 kB\nSUnreclaim: 60000 kB\n");
  const auto source = memory_source.open(board.host());
  ASSERT_TRUE(source);
  EXPECT_EQ(read_once(**source).at("memory.cached"), 321 * 1024);
}

TEST(Memory, NvMapIsReadWhereTheKernelHasTheLine) {
  const BoardCopy board;
  board.write("/proc/meminfo", "MemTotal: 9999 kB\nNvMapMemFree: 7 kB\nNvMapMemUsed: 2048 kB\n");
  const auto source = memory_source.open(board.host());
  ASSERT_TRUE(source);
  EXPECT_EQ(read_once(**source).at("memory.nvmap"), 2 * kMebibyte);
}

TEST(Memory, UnsoundSwapIsAbsentWhileItLasts) {
  const BoardCopy board;
  const auto swap = [&](const std::string& unused) {
    board.write("/proc/meminfo", "MemTotal: 9 kB\nSwapTotal: 5 kB\nSwapFree: " + unused + "\n");
  };
  swap("5 kB");
  const auto source = memory_source.open(board.host());
  ASSERT_TRUE(source);
  EXPECT_EQ(read_once(**source).at("memory.swap_used"), 0);
  swap("6 kB");
  EXPECT_FALSE(read_once(**source).at("memory.swap_used")) << "more free than there is";
  swap("2 MB");
  EXPECT_FALSE(read_once(**source).at("memory.swap_used"));
  swap("2 kB");
  EXPECT_EQ(read_once(**source).at("memory.swap_used"), 3 * 1024);
}

class FreeBlocks : public testing::Test {
 protected:
  FreeBlocks() {
    board_.write("/proc/meminfo", "MemTotal: 2048 kB\n");
    board_.write("/proc/buddyinfo", "Node 0, zone Normal 1\n");
    auto source = memory_source.open(board_.host());
    EXPECT_TRUE(source);
    source_ = std::move(*source);
  }

  // In pages.
  std::optional<double> largest(std::string_view buddyinfo) {
    board_.write("/proc/buddyinfo", buddyinfo);
    const auto bytes = read_once(*source_).at("memory.largest_free_block");
    return bytes ? std::optional(*bytes / kPage) : std::nullopt;
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

TEST_F(FreeBlocks, NoneIsAReading) {
  EXPECT_EQ(largest("Node 0, zone   Normal      0      0      0 \n"), 0);
}

TEST_F(FreeBlocks, DamagedLinesAreNotCounted) {
  for (const auto* text :
       {"", "Node 0, zone   Normal\n", "Node 0, zone Normal 1 2 x\n", "Node 0, zone Normal -1\n",
        "Zone 0, zone Normal 1\n", "Node 0, area Normal 1\n", "Node\n"})
    EXPECT_FALSE(largest(text)) << text;
  EXPECT_EQ(largest("Node 0, zone Normal 1 2 x\nNode 0, zone DMA 3\n"), 1);
}

TEST(Memory, SwapTrafficNeedsItsWholeName) {
  const BoardCopy board;
  board.write("/proc/meminfo", "MemTotal: 2048 kB\n");
  board.write("/proc/vmstat", "pswpin_zswap 7\nzpswpout 8\npswpout -1\npswpin 3\n");
  const auto source = memory_source.open(board.host());
  ASSERT_TRUE(source);
  const auto reading = read_once(**source);
  EXPECT_EQ(reading.at("swap.in"), 3 * kPage);
  EXPECT_EQ(reading.count("swap.out"), 0u);
}

TEST(Memory, NeedsTheTotal) {
  const BoardCopy board("orin-nano-super");
  board.write("/proc/meminfo", "MemFree: 2048 kB\n");
  const auto source = memory_source.open(board.host());
  ASSERT_FALSE(source);
  EXPECT_NE(source.error().what.find("/proc/meminfo"), std::string::npos);
}

}  // namespace
}  // namespace jetmeter
