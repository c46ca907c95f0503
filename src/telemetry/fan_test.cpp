#include <gtest/gtest.h>

#include "telemetry/source_test.h"

namespace jetmeter {
extern const SourceKind fan_source;
namespace {

TEST(Fan, DutyIsAShareOf255) {
  const BoardCopy board("orin-nano-super");
  const auto source = fan_source.open(board.host());
  ASSERT_TRUE(source);
  const auto reading = read_once(**source);
  EXPECT_EQ(reading.size(), 2u);
  EXPECT_NEAR(*reading.at("fan.duty"), 100.0 * 48 / 255, 1e-9);
  EXPECT_EQ(reading.at("fan.speed"), 2140);
  for (const auto& channel : (*source)->channels())
    EXPECT_EQ(channel.unit, channel.name == "fan.duty" ? Unit::percent : Unit::rpm);
}

TEST(Fan, TellsSeveralFansApart) {
  const BoardCopy board;
  const std::string chip = "/sys/class/hwmon/hwmon2/";
  board.write(chip + "name", "nct6775\n");
  board.write(chip + "fan1_input", "900\n");
  board.write(chip + "fan2_input", "0\n");
  board.write(chip + "fan1_min", "300\n");
  board.write(chip + "fan1_label", "CPU\n");
  board.write(chip + "pwm1", "255\n");
  board.write(chip + "pwm2", "0\n");
  board.write(chip + "pwm1_enable", "5\n");
  board.write(chip + "pwm1_auto_point1_pwm", "70\n");
  const auto source = fan_source.open(board.host());
  ASSERT_TRUE(source);
  const auto reading = read_once(**source);
  EXPECT_EQ(reading.size(), 4u);
  EXPECT_EQ(reading.at("fan.speed"), 900);
  EXPECT_EQ(reading.at("fan.speed-2"), 0) << "a fan that stands still is a reading";
  EXPECT_NEAR(*reading.at("fan.duty"), 100, 1e-9);
  EXPECT_EQ(reading.at("fan.duty-2"), 0);
}

TEST(Fan, FindsTheFanOfJetPack4) {
  const BoardCopy board;
  board.write("/sys/devices/pwm-fan/cur_pwm", "51\n");
  board.write("/sys/devices/pwm-fan/target_pwm", "80\n");
  const auto source = fan_source.open(board.host());
  ASSERT_TRUE(source);
  const auto reading = read_once(**source);
  EXPECT_EQ(reading.size(), 1u);
  EXPECT_NEAR(*reading.at("fan.duty"), 20, 1e-9);
}

TEST(Fan, IsAbsentOutsideItsScaleAndWhereItCannotBeRead) {
  const BoardCopy board("orin-nano-super");
  const auto source = fan_source.open(board.host());
  ASSERT_TRUE(source);
  for (const auto* text : {"256\n", "-1\n", "", "48 49\n"}) {
    board.write("/sys/class/hwmon/hwmon0/pwm1", text);
    EXPECT_FALSE(read_once(**source).at("fan.duty")) << text;
  }
  board.write("/sys/class/hwmon/hwmon2/rpm", "-5\n");
  EXPECT_FALSE(read_once(**source).at("fan.speed"));
}

}  // namespace
}  // namespace jetmeter
