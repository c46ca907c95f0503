#include <gtest/gtest.h>

#include "telemetry/source_test.h"

namespace jetmeter {
extern const SourceKind pressure_source;
namespace {

TEST(Pressure, TakesTheShortMeans) {
  const BoardCopy board("x86-host");
  const auto source = pressure_source.open(board.host());
  ASSERT_TRUE(source);
  const auto reading = read_once(**source);
  EXPECT_EQ(reading.size(), 4u);
  EXPECT_NEAR(*reading.at("pressure.memory"), 1.53, 1e-9);
  EXPECT_NEAR(*reading.at("pressure.memory_full"), 0.75, 1e-9);
  EXPECT_NEAR(*reading.at("pressure.cpu"), 4.20, 1e-9);
  EXPECT_NEAR(*reading.at("pressure.io"), 0.31, 1e-9);
}

TEST(Pressure, WhatTheKernelDoesNotSayIsNoChannel) {
  const BoardCopy board;
  board.write("/proc/pressure/memory", "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n");
  board.write("/proc/pressure/cpu", "");
  const auto source = pressure_source.open(board.host());
  ASSERT_TRUE(source);
  const auto reading = read_once(**source);
  ASSERT_EQ(reading.size(), 1u);
  EXPECT_EQ(reading.at("pressure.memory"), 0) << "no pressure is a reading";
}

TEST(Pressure, IsAbsentWhereTheLineIsDamaged) {
  const BoardCopy board("x86-host");
  const auto source = pressure_source.open(board.host());
  ASSERT_TRUE(source);
  for (const auto* text :
       {"some avg10=-0.01\n", "some avg10=100.01\n", "some avg10=\n", "some avg60=1.00\n", "some\n",
        "someone avg10=1.00\n", "avg10=1.00\n", "full avg10=1.00\n"}) {
    board.write("/proc/pressure/io", text);
    EXPECT_FALSE(read_once(**source).at("pressure.io")) << text;
  }
  board.write("/proc/pressure/io", "some avg10=100.00\n");
  EXPECT_EQ(read_once(**source).at("pressure.io"), 100);
}

TEST(Pressure, SaysHowToSwitchItOn) {
  const BoardCopy board("x86-host");
  for (const auto* resource : {"memory", "cpu", "io"})
    board.write(std::string("/proc/pressure/") + resource, "");
  const auto source = pressure_source.open(board.host());
  ASSERT_FALSE(source);
  EXPECT_NE(source.error().what.find("psi=1"), std::string::npos);
}

}  // namespace
}  // namespace jetmeter
