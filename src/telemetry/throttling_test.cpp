#include <gtest/gtest.h>

#include "telemetry/source_test.h"

namespace jetmeter {
extern const SourceKind throttling_source;
namespace {

const std::string kOverCurrent = "/sys/class/hwmon/hwmon3/";
const std::string kRails = "/sys/class/hwmon/hwmon1/";

std::string count_of_core(int core) {
  return "/sys/devices/system/cpu/cpu" + std::to_string(core) +
         "/thermal_throttle/core_throttle_count";
}

std::unique_ptr<Source> open(const BoardCopy& board) {
  auto source = throttling_source.open(board.host());
  EXPECT_TRUE(source) << source.error().what;
  return source ? std::move(*source) : nullptr;
}

TEST(Throttling, ReadsTheOverCurrentCountersOfABoard) {
  const BoardCopy board("orin-nano-super");
  const auto source = open(board);
  ASSERT_NE(source, nullptr);
  const auto reading = read_once(*source);
  EXPECT_EQ(reading.size(), 6u) << "three counters and three rails";
  EXPECT_EQ(reading.at("throttle.oc1"), 0);
  EXPECT_EQ(reading.at("throttle.oc2"), 15);
  EXPECT_EQ(reading.at("throttle.oc3"), 37);
}

TEST(Throttling, CounterThatCannotBeReadIsAbsent) {
  const BoardCopy board("orin-nano-super");
  const auto source = open(board);
  ASSERT_NE(source, nullptr);
  read_once(*source);
  for (const auto* text : {"", "-1\n", "many\n"}) {
    board.write(kOverCurrent + "oc3_event_cnt", text);
    const auto reading = read_once(*source);
    EXPECT_FALSE(reading.at("throttle.oc3")) << text;
    EXPECT_EQ(reading.at("throttle.oc2"), 15);
  }
}

TEST(Throttling, AlarmStandsWhenOneOfTwoLimitsIsExceeded) {
  const BoardCopy board("orin-nano-super");
  const auto source = open(board);
  ASSERT_NE(source, nullptr);
  const auto alarm = [&](std::string_view max, std::string_view crit) {
    board.write(kRails + "curr1_max_alarm", max);
    board.write(kRails + "curr1_crit_alarm", crit);
    return read_once(*source).at("throttle.VDD_IN_alarm");
  };
  EXPECT_EQ(alarm("0\n", "0\n"), 0);
  EXPECT_EQ(alarm("1\n", "0\n"), 1);
  EXPECT_EQ(alarm("0\n", "1\n"), 1);
  EXPECT_EQ(alarm("", "1\n"), 1);
  EXPECT_FALSE(alarm("", "0\n")) << "all clear needs all";
  EXPECT_FALSE(alarm("0\n", "2\n"));
  EXPECT_EQ(read_once(*source).at("throttle.VDD_SOC_alarm"), 0);
}

TEST(Throttling, LeavesOutRailsThatAreNotConnectedAndSums) {
  const BoardCopy board("orin-nano-super");
  board.write(kRails + "in3_label", "NC\n");
  board.write(kRails + "curr4_crit_alarm", "0\n");
  board.remove(kRails + "in2_label");
  const auto source = open(board);
  ASSERT_NE(source, nullptr);
  const auto reading = read_once(*source);
  EXPECT_EQ(reading.count("throttle.VDD_IN_alarm"), 1u);
  EXPECT_EQ(reading.size(), 4u);
}

TEST(Throttling, TellsRailsOfOneNameOnTwoChipsApart) {
  const BoardCopy board;
  for (const auto* chip : {"/sys/class/hwmon/hwmon0/", "/sys/class/hwmon/hwmon1/"}) {
    board.write(std::string(chip) + "name", "ina3221\n");
    board.write(std::string(chip) + "curr1_label", "VDD\n");
    board.write(std::string(chip) + "curr1_crit_alarm", chip[22] == '0' ? "0\n" : "1\n");
  }
  const auto source = open(board);
  ASSERT_NE(source, nullptr);
  const auto reading = read_once(*source);
  EXPECT_EQ(reading.size(), 2u);
  EXPECT_EQ(reading.at("throttle.VDD_alarm"), 0);
  EXPECT_EQ(reading.at("throttle.VDD_alarm-2"), 1);
}

TEST(Throttling, SumsTheCores) {
  const BoardCopy board("x86-host");
  const auto source = open(board);
  ASSERT_NE(source, nullptr);
  const auto reading = read_once(*source);
  EXPECT_EQ(reading.size(), 1u);
  EXPECT_EQ(reading.at("throttle.cpu"), 20);
}

TEST(Throttling, EventsOfACoreThatWentOfflineStay) {
  const BoardCopy board;
  board.write(count_of_core(0), "5\n");
  board.write(count_of_core(1), "7\n");
  const auto source = open(board);
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(read_once(*source).at("throttle.cpu"), 12);
  board.write(count_of_core(1), "");
  board.write(count_of_core(0), "6\n");
  EXPECT_EQ(read_once(*source).at("throttle.cpu"), 13);
  board.write(count_of_core(0), "");
  EXPECT_FALSE(read_once(*source).at("throttle.cpu")) << "nothing answers";
  board.write(count_of_core(1), "9\n");
  EXPECT_EQ(read_once(*source).at("throttle.cpu"), 15);
}

}  // namespace
}  // namespace jetmeter
