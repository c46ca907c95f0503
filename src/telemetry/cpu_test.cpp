#include <gtest/gtest.h>

#include "telemetry/source_test.h"

namespace jetmeter {
extern const SourceKind cpu_source;
namespace {

TEST(Cpu, LoadIsTheShareOfTimeBetweenTwoReadings) {
  const BoardCopy board("orin-nano-super");
  const auto source = cpu_source.open(board.host());
  ASSERT_TRUE(source);
  EXPECT_FALSE(read_once(**source)["load.cpu0"]) << "one reading knows no load";
  board.one_second_later();
  const auto load = read_once(**source);
  EXPECT_NEAR(*load.at("load.cpu0"), 38, 1e-9);
  EXPECT_NEAR(*load.at("load.cpu1"), 2, 1e-9);
  EXPECT_NEAR(*load.at("load.cpu3"), 0, 1e-9);
  EXPECT_NEAR(*load.at("load.cpu"), 42.0 / 6, 1e-9);
}

TEST(Cpu, IsAbsentWhenNoTickHasPassed) {
  const BoardCopy board("x86-host");
  const auto source = cpu_source.open(board.host());
  ASSERT_TRUE(source);
  read_once(**source);
  EXPECT_FALSE(read_once(**source)["load.cpu"]);
}

TEST(Cpu, CoreThatIsOfflineIsAbsentNotIdle) {
  const BoardCopy board;
  board.write("/sys/devices/system/cpu/present", "0-2\n");
  const auto stat = [&](int ticks, bool second_core) {
    const auto t = std::to_string(ticks);
    board.write("/proc/stat", "cpu  " + t + " 0 0 " + t + " 0 0 0 0 0 0\ncpu0 " + t + " 0 0 " + t +
                                  " 0 0 0 0 0 0\n" +
                                  (second_core ? "cpu2 " + t + " 0 0 0 0 0 0 0 0 0\n" : "") +
                                  "intr 1\n");
  };
  stat(100, true);
  const auto source = cpu_source.open(board.host());
  ASSERT_TRUE(source);
  ASSERT_EQ((*source)->channels().size(), 4u);
  read_once(**source);

  stat(200, true);
  auto load = read_once(**source);
  EXPECT_NEAR(*load["load.cpu0"], 50, 1e-9);
  EXPECT_FALSE(load["load.cpu1"]);
  EXPECT_NEAR(*load["load.cpu2"], 100, 1e-9);

  stat(300, false);
  EXPECT_FALSE(read_once(**source)["load.cpu2"]);
  stat(400, true);
  EXPECT_FALSE(read_once(**source)["load.cpu2"]) << "back, but with nothing to compare to";
  stat(500, true);
  EXPECT_NEAR(*read_once(**source)["load.cpu2"], 100, 1e-9);
}

TEST(Cpu, WaitingForDisksIsIdleAndMayRunBackwards) {
  const BoardCopy board;
  board.write("/proc/stat", "cpu  0 0 0 0 100 0 0 0 0 0\n");
  const auto source = cpu_source.open(board.host());
  ASSERT_TRUE(source);
  read_once(**source);
  board.write("/proc/stat", "cpu  25 0 0 0 175 0 0 0 0 0\n");
  EXPECT_NEAR(*read_once(**source)["load.cpu"], 25, 1e-9);
  board.write("/proc/stat", "cpu  125 0 0 0 150 0 0 0 0 0\n");
  EXPECT_NEAR(*read_once(**source)["load.cpu"], 100, 1e-9);
}

TEST(Cpu, GuestTimeIsNotCountedTwice) {
  const BoardCopy board;
  board.write("/proc/stat", "cpu  0 0 0 0 0 0 0 0 0 0\n");
  const auto source = cpu_source.open(board.host());
  ASSERT_TRUE(source);
  read_once(**source);
  board.write("/proc/stat", "cpu  50 0 0 50 0 0 0 0 50 0\n");
  EXPECT_NEAR(*read_once(**source)["load.cpu"], 50, 1e-9);
}

}  // namespace
}  // namespace jetmeter
