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
  EXPECT_EQ(*reading.at("memory.swap_used"), 369 * kMebibyte);
  EXPECT_EQ(*reading.at("memory.cached"), 805 * kMebibyte) << "Cached, not SwapCached";
}

TEST(Memory, WhatOneKernelDoesNotSayIsAbsentAlone) {
  const BoardCopy board;
  board.write("/proc/meminfo",
              "MemTotal: 2048 kB\nCached: 12 kB\nSwapTotal: 5 kB\nSwapFree: 6 kB\n");
  const auto source = memory_source.open(board.host());
  ASSERT_TRUE(source);
  const auto reading = read_once(**source);
  EXPECT_EQ(*reading.at("memory.total"), 2 * kMebibyte);
  EXPECT_FALSE(reading.at("memory.available"));
  EXPECT_FALSE(reading.at("memory.swap_used")) << "more free than there is";
  EXPECT_TRUE(reading.at("memory.cached"));
}

}  // namespace
}  // namespace jetmeter
