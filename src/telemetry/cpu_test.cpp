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

TEST(Cpu, ClocksAreHertz) {
  const BoardCopy board("orin-nano-super");
  const auto source = cpu_source.open(board.host());
  ASSERT_TRUE(source);
  const auto reading = read_once(**source);
  EXPECT_EQ(*reading.at("clock.cpu0"), 1497.6e6) << "one reading is enough for a clock";
  EXPECT_EQ(*reading.at("clock.cpu5"), 729.6e6);
}

constexpr std::string_view kClock2 = "/sys/devices/system/cpu/cpu2/cpufreq/scaling_cur_freq";

// Three cores, of which the last can be switched off. Core 1 has no clock.
class CpuThatComesAndGoes : public testing::Test {
 protected:
  CpuThatComesAndGoes() {
    board_.write("/sys/devices/system/cpu/present", "0-2\n");
    board_.write("/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "729600\n");
  }

  void switch_core_2(bool on) const {
    board_.write("/sys/devices/system/cpu/cpu2/online", on ? "1\n" : "0\n");
    board_.write("/proc/stat", std::string("cpu  3 0 0 3 0 0 0 0 0 0\ncpu0 1 0 0 1 0 0 0 0 0 0\n"
                                           "cpu1 1 0 0 1 0 0 0 0 0 0\n") +
                                   (on ? "cpu2 1 0 0 1 0 0 0 0 0 0\n" : "") + "intr 1\n");
  }

  std::unique_ptr<Source> open() const {
    auto source = cpu_source.open(board_.host());
    EXPECT_TRUE(source);
    return source ? std::move(*source) : nullptr;
  }

  BoardCopy board_;
};

TEST_F(CpuThatComesAndGoes, ClockOfAnOfflineCoreIsAbsentThoughItsFileGoesOn) {
  switch_core_2(true);
  board_.write(kClock2, "2201600\n");
  const auto source = open();
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(read_once(*source)["clock.cpu2"], 2201.6e6);
  switch_core_2(false);
  auto reading = read_once(*source);
  EXPECT_FALSE(reading["clock.cpu2"]) << "what the file says is the last clock it had";
  EXPECT_EQ(reading["clock.cpu0"], 729.6e6);
  switch_core_2(true);
  EXPECT_EQ(read_once(*source)["clock.cpu2"], 2201.6e6);
}

TEST_F(CpuThatComesAndGoes, ClockIsFoundWhenTheCoreComesOnlineLater) {
  switch_core_2(false);
  const auto source = open();
  ASSERT_NE(source, nullptr);
  EXPECT_FALSE(read_once(*source).at("clock.cpu2"));
  switch_core_2(true);
  EXPECT_FALSE(read_once(*source).at("clock.cpu2")) << "its file takes a moment longer";
  board_.write(kClock2, "1190400\n");
  EXPECT_EQ(read_once(*source).at("clock.cpu2"), 1190.4e6);
}

TEST_F(CpuThatComesAndGoes, ClockIsReadFromTheNewFileOfACoreThatWasTakenOut) {
  switch_core_2(true);
  board_.write(kClock2, "1000000\n");
  const auto source = open();
  ASSERT_NE(source, nullptr);
  read_once(*source);
  switch_core_2(false);
  board_.remove(kClock2);
  read_once(*source);
  switch_core_2(true);
  board_.write(kClock2, "1500000\n");
  EXPECT_EQ(read_once(*source)["clock.cpu2"], 1500e6);
}

TEST_F(CpuThatComesAndGoes, CoreWithoutAClockHasNoSuchChannel) {
  switch_core_2(true);
  const auto source = open();
  ASSERT_NE(source, nullptr);
  const auto reading = read_once(*source);
  EXPECT_EQ(reading.count("clock.cpu0"), 1u);
  EXPECT_EQ(reading.count("clock.cpu1"), 0u);
  EXPECT_EQ(reading.count("clock.cpu2"), 0u);
}

TEST(Cpu, ClockThatTheDriverDoesNotKnowIsAbsent) {
  const BoardCopy board("x86-host");
  for (const auto* text : {"<unknown>\n", "0\n", "-1\n", ""}) {
    board.write("/sys/devices/system/cpu/cpu1/cpufreq/scaling_cur_freq", text);
    const auto source = cpu_source.open(board.host());
    ASSERT_TRUE(source);
    EXPECT_FALSE(read_once(**source).at("clock.cpu1")) << text;
  }
}

TEST(Cpu, MachineWithoutCpufreqHasLoadsOnly) {
  const BoardCopy board;
  board.write("/sys/devices/system/cpu/present", "0-1\n");
  board.write("/sys/devices/system/cpu/cpu1/online", "0\n");
  board.write("/proc/stat", "cpu  0 0 0 0 0 0 0 0 0 0\ncpu0 0 0 0 0 0 0 0 0 0 0\n");
  const auto source = cpu_source.open(board.host());
  ASSERT_TRUE(source);
  EXPECT_EQ((*source)->channels().size(), 3u);
}

}  // namespace
}  // namespace jetmeter
