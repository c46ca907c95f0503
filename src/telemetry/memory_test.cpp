#include <gtest/gtest.h>

#include "telemetry/source_test.h"

namespace jetmeter {
extern const SourceKind memory_source;
namespace {

constexpr double kMebibyte = 1024.0 * 1024.0;

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
  EXPECT_EQ(reading.size(), 6u) << "this kernel has no NvMap line";
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

TEST(Memory, SharedMemoryIsAChannelOfItsOwnAndNoCache) {
  const BoardCopy board;
  board.write("/proc/meminfo",
              "MemTotal: 9999 kB\nBuffers: 1 kB\nCached: 20 kB\nShmem: 8 kB\n"
              "ShmemHugePages: 4000 kB\n");
  const auto source = memory_source.open(board.host());
  ASSERT_TRUE(source);
  EXPECT_EQ(read_once(**source).at("memory.cached"), 13 * 1024);
  EXPECT_EQ(read_once(**source).at("memory.shared"), 8 * 1024);
  board.write("/proc/meminfo", "MemTotal: 9999 kB\nCached: 20 kB\nShmem: 30 kB\n");
  EXPECT_EQ(read_once(**source).at("memory.cached"), 0);
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

TEST(Memory, NeedsTheTotal) {
  const BoardCopy board("orin-nano-super");
  board.write("/proc/meminfo", "MemFree: 2048 kB\n");
  const auto source = memory_source.open(board.host());
  ASSERT_FALSE(source);
  EXPECT_NE(source.error().what.find("/proc/meminfo"), std::string::npos);
}

}  // namespace
}  // namespace jetmeter
